import type { Kysely, Migration } from 'kysely';
import type { Lease } from '#shared/es/lease.js';
import type { ReadModelStore } from '#shared/es/read-model-store.js';

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

/** Opens the database of a service and brings its tables up to date. Errors: DatabaseUnavailableError. */
export type OpenDatabase = <Tables>(
  service: string,
  migrations: Readonly<Record<string, Migration>>,
) => Promise<ServiceDatabase<Tables>>;
