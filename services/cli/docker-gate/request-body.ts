import type { IncomingMessage } from 'node:http';
import { BODY_BYTES_MAX } from './gate-settings.js';
import { Refusal } from './refusal.js';

/** Reads a request's body as JSON; undefined when there is none. Throws {@link Refusal}. */
export async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) {
      throw new Refusal(`the body is longer than ${BODY_BYTES_MAX} bytes.`, 413);
    }
    chunks.push(chunk);
  }
  if (bytes === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new Refusal('the body is no JSON.');
  }
}
