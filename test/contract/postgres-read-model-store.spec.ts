import { afterAll, beforeAll } from 'vitest';
import { postgresDatabases } from '#shared/adapters/postgres-databases.js';
import type { Row } from '#shared/es/read-model.js';
import { modelMigrations } from '#test/support/models.js';
import { type PostgresServer, startPostgres } from '#test/support/postgres-server.js';
import { postgresSettings } from '#test/support/postgres-settings.js';
import { leaseContract } from './lease.contract.js';
import { readModelStoreContract } from './read-model-store.contract.js';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

async function open() {
  const dsn = await server.createDatabase();
  const databases = postgresDatabases(postgresSettings(dsn));
  const { store, lease, primary } = await databases.openDatabase<Record<string, Row>>(
    'test',
    modelMigrations,
  );
  await store.leadership.take();
  const [, database = ''] = new URL(dsn).pathname.split('/');
  const seen = (table: string) => primary.selectFrom(table).selectAll().orderBy('id').execute();
  const indexes = async (table: string) => {
    const rows = await server.sql<{ indexname: string }>(
      `SELECT indexname FROM pg_indexes WHERE tablename = '${table}' ORDER BY indexname`,
      database,
    );
    return rows.map(({ indexname }) => indexname);
  };
  return { store, lease, seen, indexes, database, dsn, cleanup: () => databases.close() };
}

readModelStoreContract('read models in PostgreSQL', open);
leaseContract('leases in PostgreSQL', open);
