import { join } from 'node:path';
import { soleHolder } from '#shared/es/lease.js';
import type { OpenDatabase } from './service-database.js';
import { openSqliteDatabase, type SqliteDatabase } from './sqlite-database.js';
import { SqliteReadModelStore } from './sqlite-read-model-store.js';

/** Opens a SQLite file a service, `<service>.db`, in one folder. A file has one process, so every lease is its own. */
export const sqliteDatabases =
  (folder: string): OpenDatabase =>
  async <Tables>(service: string, migrations: Parameters<OpenDatabase>[1]) => {
    const path = join(folder, `${service}.db`);
    const database = await openSqliteDatabase<Tables>(path, migrations);
    const store = new SqliteReadModelStore(database as unknown as SqliteDatabase<never>);
    return {
      reader: database.reader,
      primary: database.reader,
      store,
      lease: () => soleHolder,
      close: () => store.close(),
    };
  };
