import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { CloudEvent, Commit, Sequence } from '#shared/es/commit.js';
import type { EventTail } from './event-tail.js';

const HEARTBEAT_MS = 15_000;
/** A reader that takes nothing for so long is cut off; its browser comes back with Last-Event-ID. */
const STALLED_READER_MS = 30_000;
/** What an ended stream's client has to take the last of it. */
const LAST_WORDS_MS = 500;
const RECONNECT_MS = 2_000;

type Reading = Readonly<{
  tail: EventTail;
  /** The events of a commit that this client may see. */
  visible: (commit: Commit) => Promise<readonly Pick<CloudEvent, 'type'>[]>;
  /** The last sequence the client has seen; undefined starts at the head. */
  after: Sequence | undefined;
  signal: AbortSignal;
}>;

/**
 * Writes the log as server-sent events (WHATWG HTML, section 9.2). `id` is the log's sequence, so a client that
 * comes back with Last-Event-ID misses nothing: a slow one is waited for, with one batch in memory at most.
 */
export async function streamEvents(response: ServerResponse, reading: Reading): Promise<void> {
  const { tail, visible, signal } = reading;
  const head = await tail.head();
  const foreign = reading.after !== undefined && reading.after > head;
  const position = { sequence: foreign ? head : (reading.after ?? head) };
  response.write(`retry: ${RECONNECT_MS}\nid: ${position.sequence}\n\n`);
  // A sequence that this log has not reached is another log's: what the client has on screen may not be so.
  if (foreign) response.write(`event: resume\ndata: {"after":${head}}\n\n`);
  const heartbeat = setInterval(() => {
    // An id without data moves Last-Event-ID on past events that this person may not see.
    if (!response.writableNeedDrain) response.write(`: still here\nid: ${position.sequence}\n\n`);
  }, HEARTBEAT_MS);
  try {
    for await (const { commits, through } of tail.from(position.sequence, signal)) {
      for (const commit of commits) {
        const events = await visible(commit);
        // Before the waiting: a heartbeat must never go back behind what has been written.
        position.sequence = commit.sequence;
        await write(response, commit.sequence, events, signal);
      }
      position.sequence = through;
    }
  } finally {
    clearInterval(heartbeat);
    response.end();
    // Whoever does not read would hold the socket open for ever.
    const cut = setTimeout(() => response.destroy(), LAST_WORDS_MS);
    response.once('close', () => clearTimeout(cut));
  }
}

async function write(
  response: ServerResponse,
  sequence: Sequence,
  events: readonly Pick<CloudEvent, 'type'>[],
  signal: AbortSignal,
): Promise<void> {
  const frames = events.map((event, i) => {
    // Only the last event of a commit carries the id: a cut in between must bring all of them again.
    const id = i === events.length - 1 ? `id: ${sequence}\n` : '';
    return `${id}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
  });
  if (frames.length === 0 || response.write(frames.join(''))) return;
  await drained(response, signal);
}

/** Resolves when the reader has taken what was written; throws when it takes nothing, or the stream is ended. */
async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  // Not AbortSignal.any(): Node 20 may collect the combined signal before it fires.
  const stop = new AbortController();
  const end = (): void => stop.abort();
  const timer = setTimeout(end, STALLED_READER_MS);
  signal.addEventListener('abort', end, { once: true });
  try {
    if (signal.aborted) end();
    await once(response, 'drain', { signal: stop.signal });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}
