import type { Commit, Sequence } from './commit.js';
import { BATCH_COMMITS_MAX, type Batch, type ReadQuery } from './event-log.js';

const RECENT_COMMITS_MAX = 1_024;
/** Their events' JSON, in characters: large commits leave room for fewer. */
const RECENT_LENGTH_MAX = 16 * 1_024 * 1_024;

type Kept = Readonly<{
  commit: Commit;
  length: number;
  /** Has a place in the log and is no commit: it is passed over. */
  isForeign?: boolean;
}>;

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
  #kept: Kept[] = [];
  #length = 0;
  #head: Sequence;
  #waiting = new Set<() => void>();

  constructor(head: Sequence) {
    this.#head = head;
  }

  get head(): Sequence {
    return this.#head;
  }

  /** Adds commits that directly follow the head, each with the length of its events' JSON, and wakes every waiting follower. */
  add(news: readonly Kept[]): void {
    const last = news.at(-1);
    if (!last) return;
    this.#kept.push(...news);
    for (const { length } of news) this.#length += length;
    this.#head = last.commit.sequence;
    const isFull = this.#kept.length > 2 * RECENT_COMMITS_MAX || this.#length > RECENT_LENGTH_MAX;
    if (isFull) this.#halve();
    this.wakeAll();
  }

  /** Makes every waiting follower read again. */
  wakeAll(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }

  /** The answer to a query if memory holds all of it, else undefined. */
  find({ after, services, limit = BATCH_COMMITS_MAX }: ReadQuery): Batch | undefined {
    if (after >= this.#head) return { commits: [], through: after };
    const first = this.#kept[0]?.commit;
    if (!first || first.sequence > after + 1) return undefined;
    const start = after + 1 - first.sequence;
    const part = this.#kept.slice(start, start + Math.min(limit, BATCH_COMMITS_MAX));
    return {
      commits: part
        .filter(({ commit, isForeign }) => !isForeign && matches(commit, services))
        .map(({ commit }) => commit),
      through: part.at(-1)?.commit.sequence ?? after,
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

  #halve(): void {
    this.#kept = this.#kept.slice(Math.ceil(this.#kept.length / 2));
    this.#length = this.#kept.reduce((sum, { length }) => sum + length, 0);
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
    if (signal.aborted) return;
    if (batch.through > after) {
      after = batch.through;
      yield batch;
    } else {
      await recent.passed(after, signal);
    }
  }
}
