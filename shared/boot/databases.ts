import type { Migrating } from '#shared/adapters/migrate-at-start.js';
import { postgresDatabases } from '#shared/adapters/postgres-databases.js';
import type { Databases } from '#shared/adapters/service-database.js';
import { sqliteDatabases } from '#shared/adapters/sqlite-databases.js';
import type { StorageObserver } from '#shared/adapters/storage-observer.js';
import type { DatabaseSettings } from './database-settings.js';

type Around = Readonly<{
  /** Where SQLite's files are. */
  folder: string;
  observer?: StorageObserver | undefined;
  onMigrated?: Migrating['onMigrated'];
}>;

/** The databases of a process, in the kind that the settings name. Nothing is opened yet. */
export function databasesOf(
  settings: DatabaseSettings,
  { folder, observer, onMigrated }: Around,
): Databases {
  const migrating = { mode: settings.migrations, ...(onMigrated && { onMigrated }) };
  if (settings.kind === 'postgres') {
    return postgresDatabases(settings.postgres, { migrating, observer });
  }
  return sqliteDatabases({ folder, busyTimeoutMs: settings.busyTimeoutMs, migrating, observer });
}
