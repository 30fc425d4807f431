import type { Readable } from 'node:stream';

/** A line that never ends is nothing that the engine sends. */
const LINE_CHARS_MAX = 1024 ** 2;

/** Reads a stream of the engine's, a value of JSON on each line. Throws when the connection breaks off. */
export async function* jsonLines<T>(stream: Readable): AsyncGenerator<T> {
  let held = '';
  for await (const text of stream.setEncoding('utf8')) {
    const lines = (held + String(text)).split('\n');
    held = lines.pop() ?? '';
    if (held.length > LINE_CHARS_MAX) throw new Error('The Docker engine sent a line without end.');
    for (const line of lines) {
      // eslint-disable-next-line typescript/no-unsafe-type-assertion -- what the engine's API documents
      if (line.trim() !== '') yield JSON.parse(line) as T;
    }
  }
}
