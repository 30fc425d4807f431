import { createReadStream, readFileSync, statSync } from 'node:fs';
import { BundleVerifier, TamperedError, type Verified } from './bundle-verifier.js';
import { HeadKeys } from './head-keys.js';
import { KeptHeads } from './kept-heads.js';
import { progressOf } from './progress.js';

const CHUNK_BYTES = 1_024 * 1_024;
/** A commit takes at most a quarter of it; what has no end must not fill the memory. */
const LINE_BYTES_MAX = 4 * 1_024 * 1_024;
const NEWLINE = 0x0a;

export type VerifyOptions = Readonly<{ publicKey: string; heads?: string | undefined }>;

/** Checks a bundle from end to end. Throws TamperedError, and for what can't be read an Error that names it. */
export async function verifyBundle(path: string, options: VerifyOptions): Promise<Verified> {
  const keys = keysIn(options.publicKey);
  const { size } = readable(path, () => statSync(path));
  const kept =
    options.heads === undefined
      ? undefined
      : await KeptHeads.read(
          readable(options.heads, () => (statSync(options.heads ?? ''), options.heads ?? '')),
          keys,
        );
  const verifier = new BundleVerifier(keys, kept);
  const progress = progressOf('Checking', size);
  let number = 0;
  try {
    for await (const line of linesOf(path, progress.advance)) {
      number += 1;
      verifier.take(line);
    }
  } catch (error) {
    if (error instanceof TamperedError) error.line = Math.max(number, 1);
    throw error;
  } finally {
    progress.end();
  }
  return verifier.finish();
}

function keysIn(path: string): HeadKeys {
  return readable(path, () => new HeadKeys(readFileSync(path, 'utf8')));
}

function readable<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${path} can't be used: ${why}`, { cause });
  }
}

/** The lines of a file, without their ends. */
async function* linesOf(path: string, advance: (bytes: number) => void): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    const read = chunk as Buffer;
    const bytes = rest.length === 0 ? read : Buffer.concat([rest, read]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      yield bytes.subarray(start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > LINE_BYTES_MAX) throw new TamperedError('a line has no end');
    advance(read.length);
  }
  if (rest.length > 0) throw new TamperedError('the tail was cut: the last line has no end');
}
