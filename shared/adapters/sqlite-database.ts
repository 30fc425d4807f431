import { LRUCache } from 'lru-cache';
import { Kysely, SqliteDialect } from 'kysely';
import { migrateAtStart, type Migrating, migratorOf } from './migrate-at-start.js';
import { MigrationError } from './migration-files.js';
import type { Observing } from './observed.js';
import { DatabaseUnavailableError, type Holding } from './service-database.js';
import { StoreUnavailableError } from '#shared/es/read-model-store.js';
import { sqliteError } from './sqlite-errors.js';
import { Database, type SqliteConnection, type SqliteStatement } from './sqlite-library.js';
import { sqliteMigrationTarget } from './sqlite-migrations.js';
import { watchedDialect } from './watched-dialect.js';

/** How long a statement waits for a file that another process writes. */
export const BUSY_TIMEOUT_MS_DEFAULT = 5_000;
const PREPARED_STATEMENTS_MAX = 200;

/** A service's own database: one connection that writes, one that reads beside it and never waits for the first. */
export type SqliteDatabase<Tables> = Readonly<{
  writer: Kysely<Tables>;
  reader: Kysely<Tables>;
  /** The file, for what Kysely has no word for. */
  raw: SqliteConnection;
  close: () => Promise<void>;
}>;

type Options = Readonly<{
  observing?: Observing;
  migrating?: Migrating;
  busyTimeoutMs?: number;
  holding?: Holding;
}>;

/**
 * Opens or creates the SQLite file at `path` and brings its tables up to date with the SQL files in `migrations`.
 * Writes are not fsynced one by one where everything in it can be rebuilt from the log; WAL keeps the file consistent.
 * Errors: {@link DatabaseUnavailableError}.
 */
export async function openSqliteDatabase<Tables>(
  path: string,
  migrations: string,
  options: Options = {},
): Promise<SqliteDatabase<Tables>> {
  const { observing = { service: '' }, migrating = { mode: 'auto' }, holding } = options;
  const opened: SqliteConnection[] = [];
  const connection = (): SqliteConnection => {
    opened.push(connectSqlite(path, options.busyTimeoutMs, holding));
    return opened.at(-1) as SqliteConnection;
  };
  try {
    const raw = connection();
    const migrator = migratorOf(sqliteMigrationTarget(raw), migrations, 'sqlite');
    await migrateAtStart(migrator, observing.service, migrating);
    const writer = kyselyOn<Tables>(raw, observing);
    const reader = kyselyOn<Tables>(connection(), observing);
    const close = async (): Promise<void> => {
      for (const one of opened.toReversed()) one.close();
    };
    return { writer, reader, raw, close };
  } catch (cause) {
    for (const one of opened) one.close();
    throw unavailable(path, cause, holding);
  }
}

/** Opens or creates a SQLite file as Sortie wants it. Errors are SQLite's own. */
export function connectSqlite(
  path: string,
  busyTimeoutMs = BUSY_TIMEOUT_MS_DEFAULT,
  holding: Holding = 'read-models',
): SqliteConnection {
  const db = new Database(path, { timeout: busyTimeoutMs });
  db.pragma('journal_mode = WAL');
  db.pragma(holding === 'lasting' ? 'synchronous = FULL' : 'synchronous = NORMAL');
  if (holding === 'lasting') db.pragma('secure_delete = ON');
  db.pragma('cache_size = -16000');
  return db;
}

/**
 * Writes the file anew without what was deleted, and empties the write-ahead log, where pages from before still are.
 * Errors: StoreUnavailableError.
 */
export function scrubSqlite(db: SqliteConnection): void {
  try {
    db.exec('VACUUM');
    const [state] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
    if (state?.busy !== 0) {
      throw new StoreUnavailableError(
        `The write-ahead log of ${db.name} could not be emptied, because somebody reads the file: end other programs that have it open.`,
      );
    }
  } catch (cause) {
    throw sqliteError(cause);
  }
}

function unavailable(path: string, cause: unknown, holding?: Holding): DatabaseUnavailableError {
  if (cause instanceof DatabaseUnavailableError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  // It says itself what to do.
  if (cause instanceof MigrationError) return new DatabaseUnavailableError(why, { cause });
  const remedy =
    holding === 'lasting'
      ? 'It holds what is in no other place: keep it as it is, and put the last backup of it in its place.'
      : 'It holds nothing that is not in the event log: move it away and start again, and it is rebuilt.';
  return new DatabaseUnavailableError(`The database ${path} can't be used: ${why}. ${remedy}`, {
    cause,
  });
}

/** Kysely prepares every query anew, which costs more than most of ours do; here each text is prepared once. */
function kyselyOn<Tables>(raw: SqliteConnection, observing: Observing): Kysely<Tables> {
  const statements = new LRUCache<string, SqliteStatement>({ max: PREPARED_STATEMENTS_MAX });
  const prepare = (text: string): SqliteStatement => {
    const prepared = statements.get(text) ?? raw.prepare(text);
    // A statement that is still being read can't be started again.
    if (prepared.busy) return raw.prepare(text);
    statements.set(text, prepared);
    return prepared;
  };
  const database = { prepare, close: () => raw.close() } as unknown as SqliteConnection;
  const dialect = new SqliteDialect({ database });
  return new Kysely<Tables>({
    dialect: watchedDialect(dialect, { ...observing, toError: sqliteError }),
  });
}
