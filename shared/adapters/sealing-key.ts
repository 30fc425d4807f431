import { randomBytes } from 'node:crypto';
import { SEALING_KEY_BYTES, type SealingKey, sealingKeyOf } from './seal.js';
import { openSecretFile } from './secret-file.js';

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
  const text = openSecretFile({
    path: from.path,
    what: 'The sealing key',
    unused: 'nothing was sealed with it',
    make: () => `${randomBytes(SEALING_KEY_BYTES).toString('base64')}\n`,
    refuse: (message, cause) => new SealingKeyError(message, { cause }),
  });
  return decode(text.trim(), `The sealing key ${from.path}`);
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
