import type { Kysely } from 'kysely';
import type { Lease } from '#shared/es/lease.js';
import type { ReadModelStore } from '#shared/es/read-model-store.js';
import type { SqlMigrator } from './migrator.js';
import type { DatabaseFigures, PoolFigures } from './storage-observer.js';

/** A service's own database, in the kind of database that the process was set up with. */
export type ServiceDatabase<Tables> = Readonly<{
  /** For queries; where read replicas are set up it may be one, which is a moment behind. */
  reader: Kysely<Tables>;
  /** For what is decided on: never behind. */
  primary: Kysely<Tables>;
  store: ReadModelStore;
  /** The lease of one thing that only one replica of the service does at a time, by the thing's name. */
  lease: (name: string) => Lease;
  close: () => Promise<void>;
}>;

/** A service's database can't be opened or migrated; the message says why and what to do. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';
}

/**
 * Opens the database of a service and brings its tables up to date. `migrations` is the folder of the service's SQL
 * files, with a folder a kind of database in it. Errors: {@link DatabaseUnavailableError}.
 */
export type OpenDatabase = <Tables>(
  service: string,
  migrations: string,
) => Promise<ServiceDatabase<Tables>>;

/** What was found on asking the database who it is. */
export type ConnectionReport = Readonly<{
  /** What was asked: an address or a folder. */
  where: string;
  /** Undefined where it works. */
  problem?: string;
  /** As the database tells it. */
  version?: string;
  latencyMs?: number;
  /** How the connection is encrypted; `none` where it isn't. */
  tls?: string;
}>;

/** The databases of all services of a process. */
export type Databases = Readonly<{
  openDatabase: OpenDatabase;
  /** Lets `work` at the migrations of one service, open or not. Errors: MigrationError, StoreUnavailableError. */
  migrating: <T>(
    service: string,
    migrations: string,
    work: (migrator: SqlMigrator) => Promise<T>,
  ) => Promise<T>;
  /** Asks each server, or the files of these services, what it is. Never fails: what is wrong is in the reports. */
  test: (services: readonly string[]) => Promise<readonly ConnectionReport[]>;
  /** Undefined where connections are not shared. */
  pool: () => PoolFigures | undefined;
  /** Sizes of the databases that are open. */
  figures: () => Promise<readonly DatabaseFigures[]>;
  /** Closes what its services have left open. */
  close: () => Promise<void>;
}>;
