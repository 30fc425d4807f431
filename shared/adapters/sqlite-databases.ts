import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { soleHolder } from '#shared/es/lease.js';
import { type Migrating, migratingOf, migratorOf } from './migrate-at-start.js';
import type { MigrationTarget } from './migrator.js';
import type { ConnectionReport, Databases, Holding, OpenDatabase } from './service-database.js';
import {
  connectSqlite,
  openSqliteDatabase,
  scrubSqlite,
  type SqliteDatabase,
} from './sqlite-database.js';
import { sqliteFigures } from './sqlite-figures.js';
import { Database, type SqliteConnection } from './sqlite-library.js';
import { sqliteMigrationTarget } from './sqlite-migrations.js';
import { sqlitePast } from './sqlite-past.js';
import { SqliteReadModelStore } from './sqlite-read-model-store.js';
import type { DatabaseFigures, StorageObserver } from './storage-observer.js';
import { syncFolderOf } from './sync-folder.js';

export type SqliteSettings = Readonly<{
  /** Where the files are, one a service: `<service>.db`, or `<service>.keys` for what can't be rebuilt. */
  folder: string;
  busyTimeoutMs?: number;
  migrating?: Migrating;
  observer?: StorageObserver | undefined;
}>;

/** The databases of a process, each a SQLite file. A file has one process, so every lease is its own. */
export function sqliteDatabases(settings: SqliteSettings): Databases {
  const { folder, observer, ...options } = settings;
  const open = new Map<string, () => Promise<DatabaseFigures>>();
  const closers = new Set<() => Promise<void>>();
  const pathOf = (service: string, holding?: Holding): string =>
    join(folder, `${service}.${holding === 'lasting' ? 'keys' : 'db'}`);
  const openDatabase: OpenDatabase = async <Tables>(
    service: string,
    migrations: string,
    holding: Holding = 'read-models',
  ) => {
    const observing = { service, observer };
    const path = pathOf(service, holding);
    const migrating = migratingOf(holding, options.migrating);
    const opening = { ...options, migrating, observing, holding };
    const database = await openSqliteDatabase<Tables>(path, migrations, opening);
    if (holding === 'lasting') syncFolderOf(path);
    const store = new SqliteReadModelStore(database as unknown as SqliteDatabase<never>, observing);
    const close = async (): Promise<void> => {
      open.delete(service);
      closers.delete(close);
      await store.close();
    };
    open.set(service, sqliteFigures(service, database.raw));
    closers.add(close);
    const { reader } = database;
    const past = sqlitePast(reader, database.raw);
    const scrub = async (): Promise<void> => scrubSqlite(database.raw);
    return { reader, primary: reader, past, store, lease: () => soleHolder, scrub, close };
  };
  return {
    openDatabase,
    migrating: async (service, migrations, work) => {
      const { target, close } = fileTarget(pathOf(service), settings.busyTimeoutMs);
      try {
        return await work(migratorOf(target, migrations, 'sqlite'));
      } finally {
        close();
      }
    },
    test: async (services) => [
      testFiles(
        folder,
        services.map((service) => pathOf(service)),
      ),
    ],
    pool: () => undefined,
    figures: () => Promise.all([...open.values()].map((figures) => figures())),
    close: async () => {
      for (const close of closers) await close();
    },
  };
}

/** The migrations of a file that need not be there: looking makes none. */
function fileTarget(path: string, busyTimeoutMs: number | undefined) {
  let raw: SqliteConnection | undefined;
  const inside = (): MigrationTarget =>
    sqliteMigrationTarget((raw ??= connectSqlite(path, busyTimeoutMs)));
  const target: MigrationTarget = {
    name: path,
    looking: async (work) => (existsSync(path) ? inside().looking(work) : undefined),
    exclusively: (work) => inside().exclusively(work),
  };
  return { target, close: () => raw?.close() };
}

function testFiles(folder: string, paths: readonly string[]): ConnectionReport {
  const started = performance.now();
  const report = { where: folder, tls: 'none' };
  let path = folder;
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    const memory = new Database(':memory:');
    const version = memory.prepare('SELECT sqlite_version()').pluck().get() as string;
    memory.close();
    for (path of paths.filter((file) => existsSync(file))) {
      const db = new Database(path, { fileMustExist: true });
      db.prepare('SELECT count(*) FROM sqlite_master').get();
      db.close();
    }
    return { ...report, version: `SQLite ${version}`, latencyMs: performance.now() - started };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const what = path === folder ? 'have SORTIE_DATA name a folder of yours' : `move ${path} away`;
    return { ...report, problem: `${why}: ${what}` };
  }
}
