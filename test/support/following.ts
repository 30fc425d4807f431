import type { Commit } from '#shared/es/commit.js';
import type { EventLog, ReadQuery } from '#shared/es/event-log.js';

/** Follows a log into an array. `ended` settles when the iteration does; `stop` ends it and waits for that. */
export function following(log: EventLog, query: ReadQuery) {
  const commits: Commit[] = [];
  const throughs: number[] = [];
  const ending = new AbortController();
  const ended = (async () => {
    for await (const batch of log.follow(query, ending.signal)) {
      commits.push(...batch.commits);
      throughs.push(batch.through);
    }
  })();
  ended.catch(() => undefined);
  const stop = async (): Promise<void> => {
    ending.abort();
    await ended;
  };
  return { commits, throughs, ended, stop };
}
