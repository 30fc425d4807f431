import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { jsonLines } from './docker-lines.js';

async function read(...chunks: readonly (string | Buffer)[]): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const one of jsonLines(Readable.from(chunks, { objectMode: false }))) all.push(one);
  return all;
}

describe('the lines of the engine', () => {
  it('are read however they are cut', async () => {
    const [one, other] = ['{"a":1}\r\n{"b":', '"ü"}\n\n{"c":3}\n'];
    expect(await read(one, other)).toEqual([{ a: 1 }, { b: 'ü' }, { c: 3 }]);
    const bytes = Buffer.from(one + other);
    const single = Array.from(bytes, (byte) => Buffer.from([byte]));
    expect(await read(...single)).toEqual([{ a: 1 }, { b: 'ü' }, { c: 3 }]);
  });

  it('have an end', async () => {
    await expect(read('x'.repeat(1024 ** 2 + 1))).rejects.toThrow('a line without end');
  });

  it('are cut off with their connection', async () => {
    const broken = new Readable({ read: () => undefined });
    broken.push('{"a":1}\n');
    const lines = jsonLines(broken);
    expect(await lines.next()).toEqual({ done: false, value: { a: 1 } });
    broken.destroy(new Error('reset'));
    await expect(lines.next()).rejects.toThrow('reset');
  });
});
