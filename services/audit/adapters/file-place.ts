import { createReadStream, existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { syncFolderOf } from '#shared/adapters/sync-folder.js';
import { headOf, headText, type TreeHead } from '#shared/contracts/tree-head.js';
import type { HeadPlace } from './head-place.js';

const OWNER_ONLY = 0o600;
const NEWLINE = 0x0a;

/** Keeps heads in a file, one a line, which is only ever appended to, and flushed with each. */
export const fileHeadPlace = (path: string): HeadPlace => ({
  name: path,
  read: () => headsIn(path),
  async append(head) {
    const isNew = !existsSync(path);
    const file = await open(path, 'a+', OWNER_ONLY);
    try {
      await file.appendFile(`${await endOfTorn(file)}${headText(head)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    if (isNew) syncFolderOf(path);
  },
});

/** A line that a crash has cut short is ended first: what follows must not become part of it. */
async function endOfTorn(file: Awaited<ReturnType<typeof open>>): Promise<string> {
  const { size } = await file.stat();
  if (size === 0) return '';
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] === NEWLINE ? '' : '\n';
}

async function* headsIn(path: string): AsyncGenerator<TreeHead> {
  if (!existsSync(path)) return;
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  for await (const line of lines) {
    const head = headOf(line);
    // What a crash has cut short was written again behind it.
    if (head) yield head;
  }
}
