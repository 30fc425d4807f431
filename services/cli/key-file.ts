import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

const OWNER_ONLY = 0o600;

/** What the file holds, without blanks around it; undefined when there is none, or an empty one. */
export const keyIn = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8').trim() || undefined : undefined;

/**
 * Makes a file with a secret in it, which its owner alone can read. It is there whole and on disk, or not at all; one
 * that is there already is not touched, and an error.
 */
export function createKeyFile(path: string, secret: string): void {
  const draft = `${path}.${process.pid}.new`;
  rmSync(draft, { force: true });
  try {
    onDisk(openSync(draft, 'wx', OWNER_ONLY), (file) => writeSync(file, `${secret}\n`));
    linkSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
  onDisk(openSync(dirname(path), 'r'));
}

function onDisk(file: number, write: (file: number) => void = () => {}): void {
  try {
    write(file);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
