import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { buildImage, newName, ranDocker } from './compose-docker.js';
import { placed, type PlacedServer } from './container-or-program.js';
import { startPostgres } from './postgres-server.js';
import { startServerContainer } from './server-container.js';

export type PlacedPostgres = PlacedServer &
  Readonly<{
    /** The DSN of a database with nothing in it, the same one each time; nobody may use it any more. */
    emptyDatabase: () => Promise<string>;
  }>;

const ROLE = 'sortie';
/** The one that the image makes for this. */
const DATABASE = 'sortie_test';

/** Sortie's own PostgreSQL image in a container, or a PostgreSQL of this machine. */
export const startPlacedPostgres = (what: string): Promise<PlacedPostgres> =>
  placed(what, { container: postgresContainer, program: postgresProgram });

async function postgresContainer(): Promise<PlacedPostgres> {
  const image = `${newName('postgres')}:test`;
  await buildImage({ tag: image, context: 'deploy/images/postgres' });
  const password = randomBytes(12).toString('hex');
  const dsnAt = (port: number): string =>
    `postgres://${ROLE}:${password}@127.0.0.1:${port}/${DATABASE}`;
  const server = await startServerContainer({
    ...{ image, port: 5432, keeps: '/data/pgdata', says: /ready to accept connections/ },
    files: [{ content: password, target: '/etc/db.password', mode: 0o444 }],
    env: { SORTIE_DB_PASSWORD_FILE: '/etc/db.password' },
    isReady: (port) => query(dsnAt(port), 'SELECT 1').then(Boolean, () => false),
  });
  const dsn = dsnAt(server.port);
  return {
    ...server,
    emptyDatabase: async () => {
      const found = await query<{ name: string }>(dsn, SCHEMAS);
      for (const { name } of found) await query(dsn, `DROP SCHEMA "${name}" CASCADE`);
      return dsn;
    },
    stop: async () => {
      await server.stop();
      await ranDocker(['rmi', '--force', image]);
    },
  };
}

async function postgresProgram(): Promise<PlacedPostgres> {
  const server = await startPostgres();
  return {
    ...{ host: server.host, port: server.port, restart: server.restart, stop: server.stop },
    emptyDatabase: server.createDatabase,
    kill: () => server.kill(),
    pause: async () => server.pause(),
    resume: async () => server.resume(),
  };
}

const SCHEMAS = "SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'sortie%'";

/** Runs a statement on a connection of its own; rows. */
export async function query<Row>(dsn: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: dsn, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query(sql);
    return rows as Row[];
  } finally {
    await client.end().catch(() => undefined);
  }
}
