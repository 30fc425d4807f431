import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { syncFolderOf } from './sync-folder.js';

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

export type SecretFile = Readonly<{
  path: string;
  /** What it holds, as a sentence begins: `The sealing key`. */
  what: string;
  /** What did not happen while the file was empty: `nothing was sealed with it`. */
  unused: string;
  make: () => string;
  /** Makes the error that is thrown. */
  refuse: (message: string, cause?: unknown) => Error;
}>;

/**
 * Reads a secret's file, which is made on the first start: readable by its owner only, and on disk before anything is
 * done with it. Throws what `refuse` makes, with the file's path and the remedy in its message.
 */
export function openSecretFile(file: SecretFile): string {
  const { what, path, refuse } = file;
  try {
    return create(file) ?? read(file);
  } catch (cause) {
    if (cause instanceof Unfit) throw refuse(cause.message);
    const why = cause instanceof Error ? cause.message : String(cause);
    throw refuse(
      `${what} ${path} can't be used: ${why}. Check the folder's owner and permissions.`,
      cause,
    );
  }
}

/** The file can be read, and must not be used; the message says why. */
class Unfit extends Error {}

/** Undefined when there is a file already. */
function create({ path, make }: SecretFile): string | undefined {
  const file = openNew(path);
  if (file === undefined) return undefined;
  const text = make();
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  syncFolderOf(path);
  return text;
}

function openNew(path: string): number | undefined {
  try {
    return openSync(path, 'wx', OWNER_ONLY);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined;
    throw error;
  }
}

function read({ path, what, unused }: SecretFile): string {
  const { mode, size } = statSync(path);
  if ((mode & OTHERS) !== 0) {
    throw new Unfit(
      `${what} ${path} can be read by others on this machine: run chmod 600 ${path}.`,
    );
  }
  if (size === 0) {
    throw new Unfit(
      `${what} ${path} is empty, so the start that made it was cut short and ${unused}: delete the file and start again.`,
    );
  }
  return readFileSync(path, 'utf8');
}
