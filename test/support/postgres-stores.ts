import { postgresDatabases } from '#shared/adapters/postgres-databases.js';
import { PostgresLease } from '#shared/adapters/postgres-lease.js';
import { PostgresPool } from '#shared/adapters/postgres-pool.js';
import type { PostgresSettings } from '#shared/adapters/postgres-settings.js';
import type { Row } from '#shared/es/read-model.js';
import { modelMigrations } from './models.js';
import type { PostgresServer } from './postgres-server.js';
import { postgresSettings } from './postgres-settings.js';

type Tables = Record<string, Row>;

/** An empty database in which any number of processes have the tables of `models.ts`. */
export async function openPostgresStores(server: PostgresServer) {
  const dsn = await server.createDatabase();
  const database = new URL(dsn).pathname.slice(1);
  const closers: (() => Promise<void>)[] = [];
  /** Another process: with connections of its own and a name of its own in leases. */
  const process = async (over: Partial<PostgresSettings> = {}) => {
    const databases = postgresDatabases(postgresSettings(dsn, over));
    closers.push(databases.close);
    const opened = await databases.openDatabase<Tables>('test', modelMigrations);
    return { ...opened, databases };
  };
  /** A pool of the test's own, for what no process would do. */
  const pool = (over: Partial<PostgresSettings> = {}): PostgresPool => {
    const own = new PostgresPool(postgresSettings(dsn, over));
    closers.push(() => own.end());
    return own;
  };
  const leaseAt = (from: PostgresPool, owner: string): PostgresLease =>
    new PostgresLease(from, { table: '"sortie_test"."leases"', name: 'projector', owner });
  const sql = <R = Row>(text: string) =>
    server.sql<R>(`SET search_path TO sortie_test; ${text}`, database);
  const close = async (): Promise<void> => {
    for (const closing of closers) await closing();
  };
  return { dsn, database, process, pool, leaseAt, sql, close };
}

export type PostgresStores = Awaited<ReturnType<typeof openPostgresStores>>;
