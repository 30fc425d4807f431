import type { Commit, NewCommit, Sequence } from './commit.js';

export type AppendResult =
  | Readonly<{ kind: 'appended'; sequence: Sequence }>
  /** This command id is in the log already, at `sequence`; nothing was written. */
  | Readonly<{ kind: 'duplicate'; sequence: Sequence }>
  /** The stream has moved on to `version`; nothing was written. */
  | Readonly<{ kind: 'conflict'; version: Sequence }>;

export type ReadQuery = Readonly<{
  /** Commits with a greater sequence are read. */
  after: Sequence;
  /** Only streams of these services; all when absent. */
  services?: readonly string[];
  /** How many places of the log to look at, at most {@link BATCH_COMMITS_MAX}; that many when absent. */
  limit?: number;
}>;

/** A stretch of the log in order: every matching commit after the query's `after` up to `through` is in `commits`. */
export type Batch = Readonly<{ commits: readonly Commit[]; through: Sequence }>;

/** The log can't take or give anything now; the message says why and what to do. Trying again later may work. */
export class LogUnavailableError extends Error {
  override readonly name = 'LogUnavailableError';
}

/** A commit is larger than the log takes. Trying again won't help. */
export class CommitTooLargeError extends Error {
  override readonly name = 'CommitTooLargeError';
}

export const BATCH_COMMITS_MAX = 1_000;
export const COMMIT_BYTES_MAX = 256 * 1_024;
export const COMMIT_EVENTS_MAX = 100;

/**
 * Port to the one replayable log: total order, per-stream optimistic concurrency, one command stored once.
 * It promises only what JetStream can keep, so there is no read of a single stream's history: commands decide on
 * the state in the service's own database.
 */
export interface EventLog {
  /** Which log this is: a log that was started anew has another id, whatever its sequences are. */
  readonly id: string;
  /** Resolves when the commit is on disk (fsync), or says why it is not. Errors: {@link LogUnavailableError}, {@link CommitTooLargeError}. */
  append(commit: NewCommit): Promise<AppendResult>;
  /** Reads at most {@link BATCH_COMMITS_MAX} commits; one whose `through` is still `after` means: nothing more for now. */
  read(query: ReadQuery): Promise<Batch>;
  /** Catches up and then goes on live, in order, without gap or repetition, until the signal aborts. Ends with an error when the log is closed. Never buffers more than one batch for a slow reader. */
  follow(query: ReadQuery, signal: AbortSignal): AsyncIterable<Batch>;
  /** The last commit of a stream. */
  last(stream: string): Promise<Commit | undefined>;
  /** The sequence of the last commit, 0 when the log is empty. */
  head(): Promise<Sequence>;
  close(): Promise<void>;
}
