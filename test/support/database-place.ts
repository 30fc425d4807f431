import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '#shared/adapters/sqlite-library.js';
import { afterAll } from 'vitest';
import type { Migrating } from '#shared/adapters/migrate-at-start.js';
import { postgresDatabases } from '#shared/adapters/postgres-databases.js';
import type { Databases } from '#shared/adapters/service-database.js';
import { sqliteDatabases } from '#shared/adapters/sqlite-databases.js';
import type { StorageObserver } from '#shared/adapters/storage-observer.js';
import type { Row } from '#shared/es/read-model.js';
import { type PostgresServer, startPostgres } from './postgres-server.js';
import { postgresSettings } from './postgres-settings.js';

export const DATABASE_KINDS = ['sqlite', 'postgres'] as const;
export type DatabaseKind = (typeof DATABASE_KINDS)[number];

type Options = Readonly<{ migrating?: Migrating; observer?: StorageObserver }>;

/** Where the services of a test keep what they have: a folder, and databases of one kind. */
export type DatabasePlace = Readonly<{
  kind: DatabaseKind;
  /** For the log, for keys, and for databases that are files. */
  folder: string;
  /** The databases as one more process has them. */
  databases: (options?: Options) => Databases;
  /** Runs statements on a service's tables, past all services; rows of the last. */
  sql: <R = Row>(service: string, text: string) => Promise<R[]>;
  /** Takes a service's database away, which nobody has open. */
  forget: (service: string) => Promise<void>;
  remove: () => Promise<void>;
}>;

let defaultKind: DatabaseKind = 'sqlite';
const known = new Map<string, DatabasePlace>();
let server: Promise<PostgresServer> | undefined;
/** DSNs of databases that a test is done with: emptying one costs less than making one. */
const empty: string[] = [];

/** Has every place that this spec file opens be of one kind. */
export function useDatabases(kind: DatabaseKind): void {
  defaultKind = kind;
}

/** One server for all tests of a spec file; each has a database to itself. */
export function postgresOfFile(): Promise<PostgresServer> {
  server ??= startPostgres({ settings: { fsync: 'off' } });
  return server;
}

afterAll(async () => {
  await (await server)?.stop();
  server = undefined;
  empty.length = 0;
});

/** Makes a place of its own, or finds the one that another host left in a folder. */
export async function openPlace(folder?: string, kind = defaultKind): Promise<DatabasePlace> {
  const found = folder === undefined ? undefined : known.get(folder);
  if (found) return found;
  const own = await mkdtemp(join(tmpdir(), 'sortie-place-'));
  const remove = async (): Promise<void> => {
    known.delete(own);
    await rm(own, { recursive: true, force: true });
  };
  const place = kind === 'sqlite' ? sqlitePlace(own, remove) : await postgresPlace(own, remove);
  known.set(own, place);
  return place;
}

function sqlitePlace(folder: string, remove: () => Promise<void>): DatabasePlace {
  // What can't be rebuilt has another ending.
  const pathOf = (service: string) =>
    join(folder, `${service}.${service === 'person' ? 'keys' : 'db'}`);
  return {
    kind: 'sqlite',
    folder,
    databases: (options) => sqliteDatabases({ folder, ...options }),
    sql: async <R>(service: string, text: string) => {
      const db = new Database(pathOf(service), { fileMustExist: true });
      try {
        const last = text.split(/;\s*$/)[0] ?? '';
        if (!/^\s*(SELECT|EXPLAIN)/i.test(last)) {
          db.exec(text);
          return [];
        }
        return db.prepare(last).all() as R[];
      } finally {
        db.close();
      }
    },
    forget: async (service) => {
      for (const end of ['', '-wal', '-shm']) await rm(pathOf(service) + end, { force: true });
    },
    remove,
  };
}

async function postgresPlace(folder: string, remove: () => Promise<void>): Promise<DatabasePlace> {
  const { createDatabase, sql } = await postgresOfFile();
  const dsn = empty.pop() ?? (await createDatabase());
  const database = new URL(dsn).pathname.slice(1);
  return {
    kind: 'postgres',
    folder,
    databases: (options) => postgresDatabases(postgresSettings(dsn), options),
    // Whoever makes a table owns it: that must not be the superuser.
    sql: (service, text) =>
      sql(`SET ROLE sortie; SET search_path TO sortie_${service}; ${text}`, database),
    forget: async (service) => {
      await sql(`DROP SCHEMA sortie_${service} CASCADE`, database);
    },
    remove: async () => {
      const all = await sql<{ name: string }>(SCHEMAS, database);
      const drops = all.map(({ name }) => `DROP SCHEMA "${name}" CASCADE;`);
      await sql(drops.join(' ') || 'SELECT 1', database);
      empty.push(dsn);
      await remove();
    },
  };
}

const SCHEMAS = "SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'sortie%'";
