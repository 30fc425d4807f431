import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Kysely, PostgresDialect, type PostgresPool as KyselyPool } from 'kysely';
import { LEASE_MS } from '#shared/es/lease.js';
import { migrateAtStart, type Migrating, migratingOf, migratorOf } from './migrate-at-start.js';
import { postgresError } from './postgres-errors.js';
import { PostgresLease } from './postgres-lease.js';
import { postgresMigrationTarget } from './postgres-migrations.js';
import { postgresPast } from './postgres-past.js';
import { type PostgresConnection, PostgresPool } from './postgres-pool.js';
import { PostgresReadModelStore } from './postgres-read-model-store.js';
import { PostgresReaders } from './postgres-readers.js';
import { postgresFigures, testPostgres } from './postgres-reports.js';
import { addressOf, type PostgresSettings } from './postgres-settings.js';
import { SchemaNames } from './postgres-shadow.js';
import { type Databases, DatabaseUnavailableError } from './service-database.js';
import type { Holding, OpenDatabase } from './service-database.js';
import type { StorageObserver } from './storage-observer.js';
import { watchedDialect } from './watched-dialect.js';

/** The lease that writing the read models takes. */
const LEADERSHIP = 'projector';
/** A read replica that does not answer soon is not worth waiting for: the primary does. */
const REPLICA_CONNECT_MS_MAX = 2_000;
const REPLICA_ANSWER_MS_MAX = 5_000;

type Options = Readonly<{ migrating?: Migrating; observer?: StorageObserver | undefined }>;

/**
 * The databases of a process in one PostgreSQL, each a schema `sortie_<service>`, over one pool of connections and one
 * connection more for leases, which must not wait for queries. Nothing is opened before it is asked for.
 */
export function postgresDatabases(settings: PostgresSettings, options: Options = {}): Databases {
  const { migrating = { mode: 'auto' }, observer } = options;
  const where = addressOf(settings);
  const pool = new PostgresPool(settings);
  const leases = new PostgresPool(settings, settings, {
    ...{ min: 0, max: 1, query_timeout: LEASE_MS, connectionTimeoutMillis: LEASE_MS },
  });
  const impatient = {
    connectionTimeoutMillis: Math.min(settings.pool.acquireMs, REPLICA_CONNECT_MS_MAX),
    query_timeout: REPLICA_ANSWER_MS_MAX,
  };
  const replicas = settings.replicas.map((at) => ({
    at,
    pool: new PostgresPool(settings, at, impatient),
  }));
  const readers = new PostgresReaders(pool, sourcesOf(settings, pool, replicas));
  // Of this process and this start alone.
  const owner = `${hostname()}/${process.pid}/${randomUUID()}`;
  const schemas = new Map<string, string>();
  const migratorFor = (service: string, migrations: string) => {
    const schema = schemaOf(service);
    const name = `the schema ${schema} of ${settings.database} at ${where}`;
    return migratorOf(postgresMigrationTarget(pool, { schema, name }), migrations, 'postgres');
  };
  const openDatabase: OpenDatabase = async <Tables>(
    service: string,
    migrations: string,
    holding: Holding = 'read-models',
  ) => {
    const mode = migratingOf(holding, migrating);
    await migrateAtStart(migratorFor(service, migrations), service, mode).catch(unavailable);
    const names = new SchemaNames(schemaOf(service));
    const observing = { service, observer };
    const watch = { ...observing, toError: (cause: unknown) => postgresError(cause, where) };
    const speaking = (to: Connecting) =>
      new Kysely<Tables>({ dialect: watchedDialect(dialectOn(to), watch) }).withSchema(
        names.schema,
      );
    const table = names.of('leases');
    const lease = (name: string) => new PostgresLease(leases, { table, name, owner });
    const leadership = lease(LEADERSHIP);
    const primary = speaking(pool);
    schemas.set(service, names.schema);
    return {
      reader: speaking(readers),
      primary,
      // A read replica may not have come so far.
      past: postgresPast(primary, { pool, names }),
      store: new PostgresReadModelStore({ pool, names, leadership, observing }),
      lease,
      scrub: (tables) => scrub(pool, names, tables),
      close: async () => void schemas.delete(service),
    };
  };
  return {
    openDatabase,
    migrating: (service, migrations, work) => work(migratorFor(service, migrations)),
    test: () =>
      Promise.all([
        testPostgres(pool, where),
        ...replicas.map((replica) => testPostgres(replica.pool, addressOf(replica.at))),
      ]),
    pool: () => pool.figures(),
    figures: () => postgresFigures(pool, Object.fromEntries(schemas)),
    close: async () => {
      const pools = [pool, leases, ...replicas.map((replica) => replica.pool)];
      await Promise.all(pools.map((one) => one.end()));
    },
  };
}

/** A plain VACUUM leaves what was deleted in the page; this writes each table into a new file. */
async function scrub(pool: PostgresPool, names: SchemaNames, tables: readonly string[]) {
  for (const table of tables) await pool.query(`VACUUM FULL ${names.of(table)}`);
}

const schemaOf = (service: string): string => `sortie_${service}`;

function sourcesOf(
  { readPreference }: PostgresSettings,
  primary: PostgresPool,
  replicas: readonly { pool: PostgresPool }[],
): PostgresPool[] {
  if (readPreference === 'primary') return [];
  const pools = replicas.map(({ pool }) => pool);
  return readPreference === 'any' ? [primary, ...pools] : pools;
}

type Connecting = Readonly<{ connect: () => Promise<PostgresConnection> }>;

/** Kysely's own dialect, over connections that it may take but not close. */
const dialectOn = (to: Connecting): PostgresDialect =>
  new PostgresDialect({
    pool: { connect: () => to.connect(), end: async () => undefined } as unknown as KyselyPool,
  });

function unavailable(cause: unknown): never {
  if (cause instanceof DatabaseUnavailableError) throw cause;
  throw new DatabaseUnavailableError(cause instanceof Error ? cause.message : String(cause), {
    cause,
  });
}
