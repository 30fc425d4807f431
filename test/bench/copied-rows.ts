// What PostgreSQL takes for rows at its fastest: COPY from a file on its own disk, into tables with the same indexes.
import { mkdir, chmod } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresServer } from '#test/support/postgres-server.js';

const SCHEMA = 'sortie_catalog';
const TABLES = ['applications', 'approvals', 'aggregates', 'commands'] as const;

/** Milliseconds that COPY takes for all rows of the catalogue's read models in a database. */
export async function copyFinalRows(server: PostgresServer, database: string): Promise<number> {
  const file = await filesOf(server, database);
  for (const table of TABLES) {
    await server.sql(`CREATE TABLE ${table} (LIKE ${SCHEMA}.${table} INCLUDING ALL)`, database);
    await server.sql(`COPY ${SCHEMA}.${table} TO '${file(table)}'`, database);
  }
  return timed(
    server,
    database,
    TABLES.map((table) => `COPY ${table} FROM '${file(table)}'`),
  );
}

/** Milliseconds that COPY takes for a row of `applications` for every event, with the version as key. */
export async function copyEveryEvent(
  server: PostgresServer,
  database: string,
  events: number,
): Promise<number> {
  const file = await filesOf(server, database);
  const every = `SELECT a.id, a.name, a.description, a.url, a.icon, a.category, a.visibility, a.launch_type,
    a.container_image, n FROM generate_series(1, ${events}) n
    JOIN (SELECT *, row_number() OVER () - 1 AS place FROM ${SCHEMA}.applications) a
    ON a.place = n % (SELECT count(*) FROM ${SCHEMA}.applications)`;
  await server.sql(
    `CREATE TABLE every_event (LIKE ${SCHEMA}.applications, PRIMARY KEY (version));
     COPY (${every}) TO '${file('every')}'`,
    database,
  );
  return timed(server, database, [`COPY every_event FROM '${file('every')}'`]);
}

async function timed(server: PostgresServer, database: string, copies: string[]): Promise<number> {
  const started = performance.now();
  await server.sql(['BEGIN', ...copies, 'COMMIT'].join('; '), database);
  return performance.now() - started;
}

/** Names files in a folder that the server may write. */
async function filesOf(server: PostgresServer, database: string) {
  const folder = join(server.folder, 'copies');
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o777);
  return (name: string): string => join(folder, `${database}-${name}`);
}
