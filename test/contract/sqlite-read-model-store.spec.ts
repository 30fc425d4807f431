import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '#shared/adapters/sqlite-library.js';
import { expect, it } from 'vitest';
import { openSqliteDatabase } from '#shared/adapters/sqlite-database.js';
import { SqliteReadModelStore } from '#shared/adapters/sqlite-read-model-store.js';
import type { Row } from '#shared/es/read-model.js';
import { StoreUnavailableError } from '#shared/es/read-model-store.js';
import { modelMigrations, totals } from '#test/support/models.js';
import { readModelStoreContract } from './read-model-store.contract.js';

async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-store-'));
  const path = join(folder, 'models.db');
  const database = await openSqliteDatabase<never>(path, modelMigrations);
  const store = new SqliteReadModelStore(database);
  const other = new Database(path, { readonly: true });
  const seen = async (table: string) =>
    other.prepare(`SELECT * FROM ${table} ORDER BY id`).all() as Row[];
  const indexes = async (table: string) =>
    other
      .prepare('SELECT name FROM pragma_index_list(?) ORDER BY name')
      .pluck()
      .all(table) as string[];
  const cleanup = async () => {
    other.close();
    await store.close();
    await rm(folder, { recursive: true });
  };
  return { store, seen, indexes, cleanup, database };
}

readModelStoreContract('read models in SQLite', open);

it('a full disk is told apart from a row that is wrong, and passes', async () => {
  const { store, seen, cleanup, database } = await open();
  const puts = Array.from({ length: 5_000 }, (_, n) => ({
    id: `k${n}`,
    total: n,
    name: 'x'.repeat(100),
    sequence: n,
  }));
  const change = { model: totals, table: 'totals', puts, deletes: [], checkpoint: 1 };
  database.raw.pragma('max_page_count = 30');
  await expect(store.apply([change])).rejects.toThrow(StoreUnavailableError);
  await expect(store.apply([change])).rejects.toThrow('full');
  expect(await seen('totals')).toEqual([]);
  expect(await store.checkpoints()).toEqual([]);
  database.raw.pragma('max_page_count = 1000000');
  await store.apply([change]);
  expect(await seen('totals')).toHaveLength(5_000);
  await cleanup();
});

it('reads of an old table go on while another takes its place', async () => {
  const { store, cleanup, database } = await open();
  const puts = [{ id: 'a', total: 1, name: 'a', sequence: 1 }];
  await store.apply([{ model: totals, table: 'totals', puts, deletes: [], checkpoint: 1 }]);
  const table = await store.createShadow(totals);
  const reader = new Database(database.raw.name, { readonly: true });
  reader.exec('BEGIN');
  const read = reader.prepare('SELECT count(*) FROM totals').pluck();
  expect(read.get()).toBe(1);
  await store.switchTo(totals, table, 2);
  expect(read.get()).toBe(1);
  reader.exec('COMMIT');
  expect(read.get()).toBe(0);
  reader.close();
  await cleanup();
});

it('other work of the process goes on while a table takes the place of another', async () => {
  const { store, seen, cleanup } = await open();
  const table = await store.createShadow(totals);
  const switching = store.switchTo(totals, table, 2).then(() => 'the switch');
  const other = new Promise<string>((resolve) => setImmediate(resolve, 'other work'));
  expect(await Promise.race([switching, other])).toBe('other work');
  // A write that comes meanwhile is in the new table.
  const puts = [{ id: 'a', total: 1, name: 'a', sequence: 3 }];
  await store.apply([{ model: totals, table: 'totals', puts, deletes: [], checkpoint: 3 }]);
  await switching;
  expect(await seen('totals')).toEqual(puts);
  expect(await store.checkpoints()).toMatchObject([{ table: 'totals', sequence: 3 }]);
  await cleanup();
});

it('a table that cannot take the place of another leaves it as it was', async () => {
  const { store, seen, cleanup, database } = await open();
  const puts = [{ id: 'a', total: 1, name: 'a', sequence: 1 }];
  await store.apply([{ model: totals, table: 'totals', puts, deletes: [], checkpoint: 1 }]);
  database.raw.pragma('busy_timeout = 50');
  const table = await store.createShadow(totals);
  const writer = new Database(database.raw.name);
  writer.exec('BEGIN IMMEDIATE');
  await expect(store.switchTo(totals, table, 2)).rejects.toThrow(StoreUnavailableError);
  writer.exec('ROLLBACK');
  writer.close();
  await expect(store.switchTo(totals, 'no_such_table', 2)).rejects.toThrow('no such table');
  expect(await seen('totals')).toEqual(puts);
  expect(await store.checkpoints()).toMatchObject([{ table: 'totals', sequence: 1 }]);
  await cleanup();
});
