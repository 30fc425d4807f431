import type { Kysely, QueryCreator } from 'kysely';
import type { Sequence } from '#shared/es/commit.js';
import type { History } from '#shared/es/history.js';
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
  /** For queries of the past: the tables of these histories are as they were at the sequence, the others as they are. */
  past: (histories: readonly History[], sequence: Sequence) => Promise<QueryCreator<Tables>>;
  store: ReadModelStore;
  /** The lease of one thing that only one replica of the service does at a time, by the thing's name. */
  lease: (name: string) => Lease;
  /**
   * Overwrites what rows that were deleted from these tables have left behind, as far as this kind of database can:
   * copies of its files and what it has handed to others stay. Errors: StoreUnavailableError.
   */
  scrub: (tables: readonly string[]) => Promise<void>;
  close: () => Promise<void>;
}>;

/** A service's database can't be opened or migrated; the message says why and what to do. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';
}

/**
 * What a database holds. `lasting` is what can't be rebuilt from the log: every commit is on disk before it is answered,
 * and its tables are made by whoever opens it, in every migration mode, and never taken back.
 */
export type Holding = 'read-models' | 'lasting';

/**
 * Opens the database of a service and brings its tables up to date. `migrations` is the folder of the service's SQL
 * files, with a folder a kind of database in it. It holds read models unless it is told otherwise.
 * Errors: {@link DatabaseUnavailableError}.
 */
export type OpenDatabase = <Tables>(
  service: string,
  migrations: string,
  holding?: Holding,
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
