import { randomUUID } from 'node:crypto';
import { Database, type SqliteConnection } from './sqlite-library.js';
import type { Commit, NewCommit, Sequence } from '#shared/es/commit.js';
import {
  BATCH_COMMITS_MAX,
  type AppendResult,
  type Batch,
  type EventLog,
  LogUnavailableError,
  type ReadQuery,
} from '#shared/es/event-log.js';
import { followRecent, matches, RecentCommits } from '#shared/es/recent-commits.js';
import { encodeEvents } from './commit-size.js';
import { syncFolderOf } from './sync-folder.js';

/** Commits in one fsync at most: past it the 99th percentile grows faster than the rate. */
const GROUP_COMMITS_MAX = 256;
/** A read ends once it has this much JSON, however few commits they are. */
const BATCH_BYTES_MAX = 8 * 1_024 * 1_024;
/** Appends that may wait; past it the log says that it is busy. */
const QUEUE_COMMITS_MAX = 4_096;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS commits (
    sequence INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    command_id TEXT NOT NULL UNIQUE,
    events TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS commits_stream ON commits (stream, sequence);
  CREATE TRIGGER IF NOT EXISTS commits_stay_as_they_are BEFORE UPDATE ON commits
    BEGIN SELECT RAISE(ABORT, 'The event log is append-only.'); END;
  CREATE TRIGGER IF NOT EXISTS commits_stay BEFORE DELETE ON commits
    BEGIN SELECT RAISE(ABORT, 'The event log is append-only.'); END;
  CREATE TABLE IF NOT EXISTS log (id TEXT NOT NULL) STRICT;
`;

type Row = { sequence: Sequence; stream: string; command_id: string; events: string };
type Written = Readonly<{ commit: Commit; length: number }>;
type Waiting = Readonly<{
  commit: NewCommit;
  events: string;
  resolve: (result: AppendResult) => void;
  reject: (error: Error) => void;
}>;

const toCommit = (row: Row): Commit => ({
  sequence: row.sequence,
  stream: row.stream,
  commandId: row.command_id,
  events: JSON.parse(row.events) as Commit['events'],
});

/**
 * The log in one SQLite file, for one process: WAL, `synchronous=FULL`, and all appends that arrive while the
 * event loop is busy share one transaction and so one fsync. The file stays locked until {@link close}, so that a
 * second process can't write beside the in-memory head.
 */
export class SqliteEventLog implements EventLog {
  readonly id: string;
  readonly #db: SqliteConnection;
  readonly #recent: RecentCommits;
  readonly #statements;
  #queue: Waiting[] = [];
  #flushing = false;
  #broken: LogUnavailableError | undefined;

  private constructor(db: SqliteConnection) {
    this.#db = db;
    this.id = db.prepare('SELECT id FROM log').pluck().get() as string;
    this.#statements = {
      insert: db.prepare('INSERT INTO commits VALUES (?, ?, ?, ?)'),
      version: db.prepare('SELECT max(sequence) FROM commits WHERE stream = ?').pluck(),
      command: db.prepare('SELECT sequence FROM commits WHERE command_id = ?').pluck(),
      last: db.prepare('SELECT * FROM commits WHERE stream = ? ORDER BY sequence DESC LIMIT 1'),
      read: db.prepare('SELECT * FROM commits WHERE sequence > ? ORDER BY sequence LIMIT ?'),
      bytes: db
        .prepare(
          'SELECT coalesce(sum(octet_length(events)), 0) FROM commits WHERE sequence > ? AND sequence <= ?',
        )
        .pluck(),
      head: db.prepare('SELECT coalesce(max(sequence), 0) FROM commits').pluck(),
    };
    this.#recent = new RecentCommits(this.#statements.head.get() as Sequence);
  }

  /** Opens or creates the file (mode from the umask). Errors: {@link LogUnavailableError} naming the file and the remedy. */
  static open(path: string): SqliteEventLog {
    let db: SqliteConnection | undefined;
    try {
      db = new Database(path, { timeout: 0 });
      // Exclusive before WAL: the lock is then held for good and no shared-memory file is needed.
      db.pragma('locking_mode = EXCLUSIVE');
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = FULL');
      db.exec(`BEGIN IMMEDIATE; ${SCHEMA}`);
      db.prepare('INSERT INTO log SELECT ? WHERE NOT EXISTS (SELECT 1 FROM log)').run(randomUUID());
      db.exec('COMMIT');
      syncFolderOf(path);
      return new SqliteEventLog(db);
    } catch (error) {
      db?.close();
      throw unavailable(`The event log ${path} can't be opened`, error);
    }
  }

  append(commit: NewCommit): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      if (this.#broken) throw this.#broken;
      if (this.#queue.length >= QUEUE_COMMITS_MAX) {
        throw new LogUnavailableError('The event log is busy; try again in a moment.');
      }
      this.#queue.push({ commit, events: encodeEvents(commit), resolve, reject });
      if (this.#flushing) return;
      this.#flushing = true;
      setImmediate(() => this.#flush());
    });
  }

  async read(query: ReadQuery): Promise<Batch> {
    this.#requireReadable();
    const recent = this.#recent.find(query);
    if (recent) return recent;
    const { after, services, limit = BATCH_COMMITS_MAX } = query;
    const rows = this.#rows(after, Math.min(limit, BATCH_COMMITS_MAX));
    return {
      // Rows of other services are dropped before they are parsed.
      commits: rows.filter((row) => matches(row, services)).map(toCommit),
      through: rows.at(-1)?.sequence ?? after,
    };
  }

  async *follow(query: ReadQuery, signal: AbortSignal): AsyncGenerator<Batch> {
    yield* followRecent(this.#recent, (q) => this.#readLater(q), query, signal);
  }

  async last(stream: string): Promise<Commit | undefined> {
    this.#requireReadable();
    const row = this.#statements.last.get(stream) as Row | undefined;
    return row && toCommit(row);
  }

  async head(): Promise<Sequence> {
    this.#requireReadable();
    return this.#recent.head;
  }

  /** Takes no more appends, writes what is queued, then closes the file and ends what follows it. */
  async close(): Promise<void> {
    this.#broken ??= new LogUnavailableError('The event log is closed.');
    while (this.#flushing) await new Promise((resolve) => setImmediate(resolve));
    this.#db.close();
    this.#recent.wakeAll();
  }

  /** A long catch-up must let other work run between two batches. */
  async #readLater(query: ReadQuery): Promise<Batch> {
    if (query.after < this.#recent.head) await new Promise((resolve) => setImmediate(resolve));
    return this.read(query);
  }

  #rows(after: Sequence, limit: number): Row[] {
    const { read, bytes } = this.#statements;
    // All at once takes half the time of row by row, but large commits must not pile up in memory.
    if ((bytes.get(after, after + limit) as number) <= BATCH_BYTES_MAX) {
      return read.all(after, limit) as Row[];
    }
    const rows: Row[] = [];
    let length = 0;
    for (const row of read.iterate(after, limit) as IterableIterator<Row>) {
      rows.push(row);
      length += row.events.length;
      if (length >= BATCH_BYTES_MAX) break;
    }
    return rows;
  }

  #flush(): void {
    const group = this.#queue.splice(0, GROUP_COMMITS_MAX);
    try {
      const written: Written[] = [];
      this.#db.exec('BEGIN IMMEDIATE');
      const results = group.map((waiting) => this.#write(waiting, written));
      this.#db.exec('COMMIT');
      this.#recent.add(written);
      group.forEach(({ resolve }, i) => resolve(results[i] as AppendResult));
    } catch (error) {
      this.#refuse(group, error);
    }
    if (this.#queue.length > 0) setImmediate(() => this.#flush());
    else this.#flushing = false;
  }

  /** Writes one commit inside the open transaction; a refused one leaves the others of its group alone. */
  #write({ commit, events }: Waiting, written: Written[]): AppendResult {
    const { stream, commandId, expectedVersion } = commit;
    const known = this.#statements.command.get(commandId) as Sequence | undefined;
    if (known !== undefined) return { kind: 'duplicate', sequence: known };
    if (expectedVersion !== 'any') {
      const version = (this.#statements.version.get(stream) ?? 0) as Sequence;
      if (version !== expectedVersion) return { kind: 'conflict', version };
    }
    const sequence = this.#recent.head + written.length + 1;
    this.#statements.insert.run(sequence, stream, commandId, events);
    // Parsed from the bytes on disk, not the caller's objects: followers see what a restart would show them.
    const stored = toCommit({ sequence, stream, command_id: commandId, events });
    written.push({ commit: stored, length: events.length });
    return { kind: 'appended', sequence };
  }

  #refuse(group: readonly Waiting[], cause: unknown): void {
    const error = unavailable('The event log could not be written', cause);
    const refused = [...group];
    try {
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
      // After a failed fsync the kernel may have dropped the pages: only a fresh start can tell what is on disk.
      if (codeOf(cause).startsWith('SQLITE_IOERR_FSYNC')) throw cause;
    } catch (fatal) {
      this.#broken = unavailable('The event log is unusable until a restart', fatal);
      refused.push(...this.#queue.splice(0));
    }
    for (const { reject } of refused) reject(error);
  }

  #requireReadable(): void {
    if (!this.#db.open) throw new LogUnavailableError('The event log is closed.');
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

const REMEDIES: Readonly<Record<string, string>> = {
  SQLITE_FULL: 'the disk is full: free some space',
  SQLITE_BUSY: 'another process holds it: stop that one, or choose another data folder',
  SQLITE_READONLY: 'the file or its folder is read-only: give its owner write permission',
  SQLITE_IOERR_LOCK:
    'the file is read-only or on a network share: give its owner write permission, or use a local disk',
  SQLITE_CANTOPEN:
    'the file or its folder is missing or not accessible: check path and permissions',
  SQLITE_NOTADB: 'the file is no SQLite database: restore it from a backup',
  SQLITE_CORRUPT: 'the file is damaged: restore it from a backup',
};

function unavailable(what: string, cause: unknown): LogUnavailableError {
  const code = codeOf(cause);
  const remedy = Object.entries(REMEDIES).find(([prefix]) => code.startsWith(prefix))?.[1];
  const why = remedy ?? (cause instanceof Error ? cause.message : String(cause));
  return new LogUnavailableError(`${what}: ${why}.`, { cause });
}
