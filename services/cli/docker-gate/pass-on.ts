import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

/** What of an answer's head means something to a client of Docker. */
const HEADERS = ['content-type', 'api-version', 'ostype', 'docker-experimental', 'server'] as const;

/**
 * Hands an answer on as it comes, at the client's pace. A client that takes nothing for `stallMs` while there is
 * something for it is cut off.
 */
export async function passOn(
  answer: IncomingMessage,
  response: ServerResponse,
  stallMs: number,
): Promise<void> {
  const kept = HEADERS.flatMap((name) => {
    const value = answer.headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  response.writeHead(answer.statusCode ?? 502, Object.fromEntries(kept));
  // Whoever waits for events wants to know at once that it is heard.
  response.flushHeaders();
  const watch = watchForStall(response, stallMs);
  try {
    await pipeline(answer, response);
  } finally {
    clearInterval(watch);
  }
}

function watchForStall(response: ServerResponse, stallMs: number): NodeJS.Timeout {
  const { socket } = response;
  let before = -1;
  return setInterval(() => {
    const taken = (socket?.bytesWritten ?? 0) - (socket?.writableLength ?? 0);
    if (response.writableNeedDrain && taken === before) response.destroy();
    before = taken;
  }, stallMs);
}
