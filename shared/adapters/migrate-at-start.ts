import { readMigrations, type Dialect } from './migration-files.js';
import { type MigrationStep, type MigrationTarget, SqlMigrator } from './migrator.js';
import { DatabaseUnavailableError, type Holding } from './service-database.js';

/** What a start does about migrations: runs them, refuses to start while one is pending, or leaves it to the operator. */
export const MIGRATION_MODES = ['auto', 'check', 'off'] as const;
export type MigrationMode = (typeof MIGRATION_MODES)[number];

/** How a process wants its databases migrated. */
export type Migrating = Readonly<{
  mode: MigrationMode;
  /** Told of each migration that a start has carried out. */
  onMigrated?: (service: string, step: MigrationStep) => void;
}>;

/** How a database is migrated that holds this: what lasts is never left without its tables. */
export const migratingOf = (
  holding: Holding,
  { onMigrated, mode }: Migrating = { mode: 'auto' },
): Migrating => ({
  mode: holding === 'lasting' ? 'auto' : mode,
  ...(onMigrated && { onMigrated }),
});

/** A migrator of the files in a service's folder. Errors: MigrationError. */
export const migratorOf = (
  target: MigrationTarget,
  folder: string,
  dialect: Dialect,
): SqlMigrator => new SqlMigrator(target, readMigrations(folder, dialect));

/** Does what the mode says. Errors: MigrationError, {@link DatabaseUnavailableError}. */
export async function migrateAtStart(
  migrator: SqlMigrator,
  service: string,
  { mode, onMigrated }: Migrating,
): Promise<void> {
  if (mode === 'off') return;
  if (mode === 'auto') {
    for (const step of await migrator.migrate()) onMigrated?.(service, step);
    return;
  }
  const pending = await migrator.plan();
  if (pending.length === 0) return;
  const names = pending.map(({ file }) => file.name).join(', ');
  throw new DatabaseUnavailableError(
    `The database of ${service} lacks the migration${pending.length === 1 ? '' : 's'} ${names}: run \`sortie storage migrate up\`, or start with SORTIE_DB_MIGRATIONS=auto.`,
  );
}
