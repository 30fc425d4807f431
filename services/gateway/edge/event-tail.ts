import type { Commit, Sequence } from '#shared/es/commit.js';
import type { Batch, EventLog } from '#shared/es/event-log.js';

/** Commits that a reader holds while it waits for its client: a thousand slow ones must fit in memory. */
const BATCH_COMMITS_MAX = 64;

/** Follows the log for everything in the gateway that reacts to events, and lets a client read on from any sequence. */
export type EventTail = Readonly<{
  /** Hears every commit from the tail's start on. Must not throw. Returns how to stop hearing. */
  listen: (listener: (commit: Commit) => void) => () => void;
  /** Batches from a sequence on, at the reader's own pace: what a slow reader has not read yet stays in the log. */
  from: (after: Sequence, signal: AbortSignal) => AsyncIterable<Batch>;
  head: () => Promise<Sequence>;
  stop: () => Promise<void>;
}>;

/** Starts following the log at its head. */
export async function followLog(
  log: EventLog,
  onError: (error: unknown) => void,
): Promise<EventTail> {
  const listeners = new Set<(commit: Commit) => void>();
  const ending = new AbortController();
  const start = await log.head();
  const running = (async () => {
    for await (const { commits } of log.follow({ after: start }, ending.signal)) {
      for (const commit of commits) for (const listener of listeners) listener(commit);
    }
  })().catch(onError);
  return {
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    from: (after, signal) => log.follow({ after, limit: BATCH_COMMITS_MAX }, signal),
    head: () => log.head(),
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}
