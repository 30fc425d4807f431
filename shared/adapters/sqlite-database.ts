import Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { Kysely, type Migration, Migrator, SqliteDialect } from 'kysely';

const BUSY_TIMEOUT_MS = 5_000;
const PREPARED_STATEMENTS_MAX = 200;

/** A service's own database: one connection that writes, one that reads beside it and never waits for the first. */
export type SqliteDatabase<Tables> = Readonly<{
  writer: Kysely<Tables>;
  reader: Kysely<Tables>;
  /** The file, for what Kysely has no word for. */
  raw: Database.Database;
  close: () => Promise<void>;
}>;

/** The database could not be opened or migrated; the message names the file and the remedy. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';
}

/**
 * Opens or creates the SQLite file at `path` and brings its tables up to date with `migrations` (name -> migration).
 * Writes are not fsynced one by one: everything in here can be rebuilt from the log, and WAL keeps the file consistent.
 * Errors: {@link DatabaseUnavailableError}.
 */
export async function openSqliteDatabase<Tables>(
  path: string,
  migrations: Readonly<Record<string, Migration>>,
): Promise<SqliteDatabase<Tables>> {
  try {
    const raw = connect(path);
    const writer = kyselyOn<Tables>(raw);
    await migrate(writer, migrations);
    const reader = kyselyOn<Tables>(connect(path));
    const close = async (): Promise<void> => {
      await reader.destroy();
      await writer.destroy();
    };
    return { writer, reader, raw, close };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DatabaseUnavailableError(
      `The database ${path} can't be used: ${why}. It holds nothing that is not in the event log: move it away and start again, and it is rebuilt.`,
      { cause },
    );
  }
}

function connect(path: string): Database.Database {
  const db = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.pragma('cache_size = -16000');
  return db;
}

/** Kysely prepares every query anew, which costs more than most of ours do; here each text is prepared once. */
function kyselyOn<Tables>(raw: Database.Database): Kysely<Tables> {
  const statements = new LRUCache<string, Database.Statement>({ max: PREPARED_STATEMENTS_MAX });
  const prepare = (text: string): Database.Statement => {
    const prepared = statements.get(text) ?? raw.prepare(text);
    // A statement that is still being read can't be started again.
    if (prepared.busy) return raw.prepare(text);
    statements.set(text, prepared);
    return prepared;
  };
  const database = { prepare, close: () => raw.close() } as unknown as Database.Database;
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
}

async function migrate<T>(db: Kysely<T>, migrations: Readonly<Record<string, Migration>>) {
  const provider = { getMigrations: async () => ({ ...migrations }) };
  const { error } = await new Migrator({
    db,
    provider,
    migrationTableName: 'schema_migrations',
    migrationLockTableName: 'schema_migrations_lock',
  }).migrateToLatest();
  if (error) throw error;
}
