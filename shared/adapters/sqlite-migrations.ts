import type { SqliteConnection } from './sqlite-library.js';
import { Turns } from '#shared/es/turns.js';
import type { MigrationSession, MigrationTarget } from './migrator.js';

/** Waiting for a file blocks the process, and with it whoever in it has the file. */
const turns = new Turns();

/** The migrator's hold on a SQLite file. Errors are SQLite's own. */
export function sqliteMigrationTarget(raw: SqliteConnection): MigrationTarget {
  const names = (sql: string, ...parameters: string[]): readonly string[] =>
    raw.prepare(sql).pluck().all(parameters) as string[];
  const session: MigrationSession = {
    tables: async () => names("SELECT name FROM sqlite_master WHERE type = 'table'"),
    columns: async (table) => names('SELECT name FROM pragma_table_info(?)', table),
    versions: async () => names('SELECT version FROM schema_migrations').map(String),
    run: async (statement) => {
      raw.prepare(statement).run();
    },
  };
  return {
    name: raw.name,
    looking: (work) => work(session),
    exclusively: (work) =>
      turns.take(raw.name, async () => {
        // At once for writing: whoever comes second waits here, and then finds what the first has done.
        raw.exec('BEGIN IMMEDIATE');
        try {
          const result = await work(session);
          raw.exec('COMMIT');
          return result;
        } catch (error) {
          // Some errors have ended the transaction by themselves.
          if (raw.inTransaction) raw.exec('ROLLBACK');
          throw error;
        }
      }),
  };
}
