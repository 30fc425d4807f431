import { CommitTooLargeError, type EventLog } from '#shared/es/event-log.js';

/** How an append ended: as the log answered, refused for its size, or not at all. */
export type AppendOutcome = 'appended' | 'duplicate' | 'conflict' | 'tooLarge' | 'failed';

/** The same log, with every append timed. `onAppend` must not throw. */
export function observedLog(
  log: EventLog,
  onAppend: (outcome: AppendOutcome, seconds: number) => void,
): EventLog {
  return {
    id: log.id,
    async append(commit) {
      const startedAt = performance.now();
      let outcome: AppendOutcome = 'failed';
      try {
        const result = await log.append(commit);
        outcome = result.kind;
        return result;
      } catch (error) {
        if (error instanceof CommitTooLargeError) outcome = 'tooLarge';
        throw error;
      } finally {
        onAppend(outcome, (performance.now() - startedAt) / 1_000);
      }
    },
    read: (query) => log.read(query),
    follow: (query, signal) => log.follow(query, signal),
    last: (stream) => log.last(stream),
    head: () => log.head(),
    close: () => log.close(),
  };
}
