import type { PostgresPool } from './postgres-pool.js';
import type { ConnectionReport } from './service-database.js';
import type { DatabaseFigures, TableFigures } from './storage-observer.js';

/** Asks a server who it is and how far away. */
export async function testPostgres(pool: PostgresPool, where: string): Promise<ConnectionReport> {
  try {
    const connection = await pool.connect();
    try {
      const { rows } = await connection.query<{ version: string; tls: string; standby: boolean }>(
        WHO,
      );
      const [found = { version: '', tls: 'none', standby: false }] = rows;
      const started = performance.now();
      await connection.query('SELECT 1');
      const latencyMs = performance.now() - started;
      const version = `PostgreSQL ${found.version}${found.standby ? ', a standby' : ''}`;
      return { where, version, latencyMs, tls: found.tls };
    } finally {
      connection.release();
    }
  } catch (cause) {
    return { where, problem: cause instanceof Error ? cause.message : String(cause) };
  }
}

const WHO = `SELECT current_setting('server_version') AS version, pg_is_in_recovery() AS standby,
  coalesce((SELECT version || ' ' || cipher FROM pg_stat_ssl WHERE ssl AND pid = pg_backend_pid()), 'none') AS tls`;

/** Sizes of services' schemas; the rows are PostgreSQL's estimate. */
export async function postgresFigures(
  pool: PostgresPool,
  schemas: Readonly<Record<string, string>>,
): Promise<DatabaseFigures[]> {
  const services = Object.entries(schemas);
  try {
    const rows = await pool.query<TableFigures & { schema: string }>(SIZES, [
      services.map(([, schema]) => schema),
    ]);
    return services.map(([service, schema]) => {
      const own = rows.filter((row) => row.schema === schema);
      const tables = own.map(({ schema: _, ...figures }) => figures);
      const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
      return { service, open: true, bytes, tables };
    });
  } catch {
    return services.map(([service]) => ({ service, open: false, bytes: 0, tables: [] }));
  }
}

const SIZES = `SELECT schemaname AS schema, relname AS "table", n_live_tup AS rows,
    pg_total_relation_size(relid) AS bytes
  FROM pg_stat_user_tables WHERE schemaname = ANY($1) ORDER BY schemaname, relname`;
