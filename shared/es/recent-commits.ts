import type { Commit, Sequence } from './commit.js';
import { BATCH_COMMITS_MAX, type Batch, type ReadQuery } from './event-log.js';

const RECENT_COMMITS_MAX = 1_024;

/** Says whether a commit belongs to one of the services of a query. */
export function matches(commit: Pick<Commit, 'stream'>, services?: readonly string[]): boolean {
  return (
    services === undefined || services.some((s) => commit.stream.startsWith(`sortie.event.${s}.`))
  );
}

/**
 * The newest commits, kept so that live followers share one parsed copy, and the bell that wakes them.
 * Its length is bounded: a follower that falls behind reads from the log again.
 */
export class RecentCommits {
  #commits: Commit[] = [];
  #head: Sequence;
  #waiting = new Set<() => void>();

  constructor(head: Sequence) {
    this.#head = head;
  }

  get head(): Sequence {
    return this.#head;
  }

  /** Adds commits that directly follow the head, and wakes every waiting follower. */
  add(commits: readonly Commit[]): void {
    const last = commits.at(-1);
    if (!last) return;
    this.#commits.push(...commits);
    if (this.#commits.length > 2 * RECENT_COMMITS_MAX) {
      this.#commits = this.#commits.slice(-RECENT_COMMITS_MAX);
    }
    this.#head = last.sequence;
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }

  /** The answer to a query if memory holds all of it, else undefined. */
  find({ after, services, limit = BATCH_COMMITS_MAX }: ReadQuery): Batch | undefined {
    if (after >= this.#head) return { commits: [], through: this.#head };
    const first = this.#commits[0];
    if (!first || first.sequence > after + 1) return undefined;
    const start = after + 1 - first.sequence;
    const part = this.#commits.slice(start, start + Math.min(limit, BATCH_COMMITS_MAX));
    return {
      commits: part.filter((commit) => matches(commit, services)),
      through: part.at(-1)?.sequence ?? after,
    };
  }

  /** Resolves once the head has passed `after`, or the signal aborts. */
  async passed(after: Sequence, signal: AbortSignal): Promise<void> {
    if (this.#head > after || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}

/** Follows a log that keeps {@link RecentCommits}: reads until the head, then waits for more. */
export async function* followRecent(
  recent: RecentCommits,
  read: (query: ReadQuery) => Promise<Batch>,
  query: ReadQuery,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  let after = query.after;
  while (!signal.aborted) {
    const batch = await read({ ...query, after });
    if (batch.through > after) {
      after = batch.through;
      yield batch;
    } else {
      await recent.passed(after, signal);
    }
  }
}
