import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { syncFolderOf } from './sync-folder.js';
import { SEALING_KEY_BYTES, type SealingKey, sealingKeyOf } from './seal.js';

const OWNER_ONLY = 0o600;
const ENCODED = /^[A-Za-z0-9+/_-]{43}=?$/;

/** The sealing key can't be had; the message names where it was looked for and the remedy. */
export class SealingKeyError extends Error {
  override readonly name = 'SealingKeyError';
}

/**
 * The key from `value` (32 bytes in base64), or from the file at `path`, which is made on the first start: readable by
 * its owner only, and on disk before anything is sealed with it. Errors: {@link SealingKeyError}.
 */
export function openSealingKey(from: { path: string; value?: string | undefined }): SealingKey {
  if (from.value !== undefined) return decode(from.value, 'The sealing key that was configured');
  try {
    return create(from.path) ?? read(from.path);
  } catch (cause) {
    if (cause instanceof SealingKeyError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SealingKeyError(
      `The sealing key ${from.path} can't be used: ${why}. Check the folder's owner and permissions.`,
      { cause },
    );
  }
}

/** Undefined when there is a file already. */
function create(path: string): SealingKey | undefined {
  const file = openNew(path);
  if (file === undefined) return undefined;
  const bytes = randomBytes(SEALING_KEY_BYTES);
  try {
    writeSync(file, `${bytes.toString('base64')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  syncFolderOf(path);
  return sealingKeyOf(bytes);
}

function openNew(path: string): number | undefined {
  try {
    return openSync(path, 'wx', OWNER_ONLY);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined;
    throw error;
  }
}

function read(path: string): SealingKey {
  const { mode, size } = statSync(path);
  if ((mode & 0o077) !== 0) {
    throw new SealingKeyError(
      `The sealing key ${path} can be read by others on this machine: run chmod 600 ${path}.`,
    );
  }
  if (size === 0) {
    throw new SealingKeyError(
      `The sealing key ${path} is empty, so the start that made it was cut short and nothing was sealed with it: delete the file and start again.`,
    );
  }
  return decode(readFileSync(path, 'utf8').trim(), `The sealing key ${path}`);
}

function decode(text: string, what: string): SealingKey {
  const bytes = Buffer.from(text, 'base64');
  if (!ENCODED.test(text) || bytes.length !== SEALING_KEY_BYTES) {
    throw new SealingKeyError(
      `${what} is not ${SEALING_KEY_BYTES} bytes in base64 (44 characters): put the right one back, or for a new installation make one with: openssl rand -base64 ${SEALING_KEY_BYTES}`,
    );
  }
  return sealingKeyOf(bytes);
}
