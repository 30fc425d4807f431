import { randomUUID } from 'node:crypto';
import type { Commit, NewCommit } from '#shared/es/commit.js';
import type { AppendResult, Batch, EventLog, ReadQuery } from '#shared/es/event-log.js';
import { BATCH_COMMITS_MAX, LogUnavailableError } from '#shared/es/event-log.js';
import { followRecent, matches, RecentCommits } from '#shared/es/recent-commits.js';
import { encodeEvents } from './commit-size.js';

/** The log in memory, for tests only: nothing of it outlives the process. */
export class MemoryEventLog implements EventLog {
  readonly id = randomUUID();
  readonly #commits: Commit[] = [];
  readonly #versions = new Map<string, number>();
  readonly #commands = new Map<string, number>();
  readonly #recent = new RecentCommits(0);
  #closed = false;

  async append(commit: NewCommit): Promise<AppendResult> {
    this.#requireOpen();
    const json = encodeEvents(commit);
    const events = JSON.parse(json) as Commit['events'];
    const known = this.#commands.get(commit.commandId);
    if (known) return { kind: 'duplicate', sequence: known };
    const version = this.#versions.get(commit.stream) ?? 0;
    if (commit.expectedVersion !== 'any' && commit.expectedVersion !== version) {
      return { kind: 'conflict', version };
    }
    const sequence = this.#commits.length + 1;
    const stored = { sequence, stream: commit.stream, commandId: commit.commandId, events };
    this.#commits.push(stored);
    this.#versions.set(commit.stream, sequence);
    this.#commands.set(commit.commandId, sequence);
    this.#recent.add([{ commit: stored, length: json.length }]);
    return { kind: 'appended', sequence };
  }

  async read({ after, services, limit = BATCH_COMMITS_MAX }: ReadQuery): Promise<Batch> {
    this.#requireOpen();
    const part = this.#commits.slice(after, after + Math.min(limit, BATCH_COMMITS_MAX));
    return {
      commits: part.filter((commit) => matches(commit, services)),
      through: part.at(-1)?.sequence ?? after,
    };
  }

  follow(query: ReadQuery, signal: AbortSignal): AsyncIterable<Batch> {
    return followRecent(this.#recent, (q) => this.read(q), query, signal);
  }

  async last(stream: string): Promise<Commit | undefined> {
    this.#requireOpen();
    return this.#commits[(this.#versions.get(stream) ?? 0) - 1];
  }

  async head(): Promise<number> {
    this.#requireOpen();
    return this.#commits.length;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#recent.wakeAll();
  }

  #requireOpen(): void {
    if (this.#closed) throw new LogUnavailableError('The log is closed.');
  }
}
