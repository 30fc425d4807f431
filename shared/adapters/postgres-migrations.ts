import type { MigrationSession, MigrationTarget } from './migrator.js';
import type { PostgresConnection, PostgresPool } from './postgres-pool.js';
import { quoted } from './postgres-shadow.js';

/** Another process's migration, and readers of a table that changes, are waited for so long. */
const LOCK_MS_MAX = 60_000;
const STATEMENT_MS_MAX = 3_600_000;

const BEGIN = `BEGIN; SET LOCAL statement_timeout TO 0; SET LOCAL lock_timeout TO ${LOCK_MS_MAX}`;

/** The migrator's hold on a schema, which the first migration makes. Errors: StoreUnavailableError; PostgreSQL's own for a statement that fails. */
export function postgresMigrationTarget(
  pool: PostgresPool,
  { schema, name }: Readonly<{ schema: string; name: string }>,
): MigrationTarget {
  const isThere = async (connection: PostgresConnection): Promise<boolean> => {
    const { rows } = await connection.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [
      schema,
    ]);
    return rows.length > 0;
  };
  const enter = (connection: PostgresConnection) =>
    connection.query(`SET LOCAL search_path TO ${quoted(schema)}`);
  return {
    name,
    looking: (work) =>
      pool.transaction(async (connection) => {
        if (!(await isThere(connection))) return undefined;
        await enter(connection);
        return work(sessionOn(connection, schema));
      }, 'BEGIN READ ONLY'),
    exclusively: (work) =>
      pool.transaction(async (connection) => {
        // Ends with the transaction, so that it holds behind a pooler too.
        const lock = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))';
        await connection.query(lock, [`sortie migration of ${schema}`], STATEMENT_MS_MAX);
        // Looked for first: where the schema is there, the role need not be allowed to make one.
        if (!(await isThere(connection))) await connection.query(`CREATE SCHEMA ${quoted(schema)}`);
        await enter(connection);
        return work(sessionOn(connection, schema));
      }, BEGIN),
  };
}

function sessionOn(connection: PostgresConnection, schema: string): MigrationSession {
  const names = async (text: string, values: readonly string[]): Promise<readonly string[]> => {
    const { rows } = await connection.query<{ name: string }>(text, values);
    return rows.map(({ name }) => name);
  };
  return {
    tables: () => names(TABLES, [schema]),
    columns: (table) => names(COLUMNS, [schema, table]),
    versions: () => names('SELECT version::text AS name FROM schema_migrations', []),
    run: async (statement) => {
      await connection.query(statement, undefined, STATEMENT_MS_MAX);
    },
  };
}

const TABLES = 'SELECT tablename::text AS name FROM pg_tables WHERE schemaname = $1';
const COLUMNS = `SELECT column_name::text AS name FROM information_schema.columns
  WHERE table_schema = $1 AND table_name = $2`;
