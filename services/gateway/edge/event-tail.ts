import type { Commit, Sequence } from '#shared/es/commit.js';
import type { Batch, EventLog } from '#shared/es/event-log.js';
import { rest } from '#shared/es/rest.js';

/** Commits that a reader holds while it waits for its client: a thousand slow ones must fit in memory. */
const BATCH_COMMITS_MAX = 64;
/** How long it rests when the log can't be followed, before it goes on where it was. */
const RETRY_AFTER_MS = 500;

/** Follows the log for everything in the gateway that reacts to events, and lets a client read on from any sequence. */
export type EventTail = Readonly<{
  /** Hears every commit from the tail's start on. Must not throw. Returns how to stop hearing. */
  listen: (listener: (commit: Commit) => void) => () => void;
  /** Batches from a sequence on, at the reader's own pace: what a slow reader has not read yet stays in the log. */
  from: (after: Sequence, signal: AbortSignal) => AsyncIterable<Batch>;
  head: () => Promise<Sequence>;
  stop: () => Promise<void>;
}>;

/** Starts following the log at its head, and goes on after whatever kept it from it. */
export async function followLog(
  log: EventLog,
  onError: (error: unknown) => void,
): Promise<EventTail> {
  const listeners = new Set<(commit: Commit) => void>();
  const ending = new AbortController();
  let after = await log.head();
  const follow = async (): Promise<void> => {
    for await (const { commits, through } of log.follow({ after }, ending.signal)) {
      after = through;
      for (const commit of commits) for (const listener of listeners) listener(commit);
    }
  };
  const running = (async () => {
    while (!ending.signal.aborted) {
      await follow().catch(onError);
      await rest(RETRY_AFTER_MS, ending.signal);
    }
  })();
  return {
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    from: (from, signal) => log.follow({ after: from, limit: BATCH_COMMITS_MAX }, signal),
    head: () => log.head(),
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}
