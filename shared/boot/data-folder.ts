import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The data folder can't be used; the message names it and the remedy. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
}

/** Who runs on a data folder: shown to whoever tries to run a second one there. */
export type Holder = Readonly<{ pid: number; url: string; startedAt: string }>;

const HOLDER_FILE = 'holder.json';

/**
 * Creates the data folder if it is missing, and makes sure that only its owner can enter (0700); files made after
 * this call are 0600. Throws {@link DataFolderError}.
 */
export function openDataFolder(path: string): void {
  process.umask(0o077);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o700);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DataFolderError(
      `The data folder ${path} can't be made or entered: ${why}. Choose another with SORTIE_DATA, or change its owner.`,
      { cause },
    );
  }
}

/** Leaves word of who runs here. The lock itself is SQLite's on the log, which ends with its process. */
export function writeHolder(path: string, holder: Holder): void {
  writeFileSync(join(path, HOLDER_FILE), JSON.stringify(holder), { mode: 0o600 });
}

/** Reads who runs, or ran, on a data folder. */
export function findHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(join(path, HOLDER_FILE), 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/** Takes that word back, once nobody runs there any more. */
export function removeHolder(path: string): void {
  rmSync(join(path, HOLDER_FILE), { force: true });
}
