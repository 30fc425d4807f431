// Goal: whoever watches the databases of a process hears of every operation and can ask how large they are.
// Method: an observer on the real adapters, while rows are written and asked for, rightly and wrongly.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Databases, ServiceDatabase } from '#shared/adapters/service-database.js';
import type { StorageOperation } from '#shared/adapters/storage-observer.js';
import type { Row } from '#shared/es/read-model.js';
import { entries, modelMigrations, totals } from '#test/support/models.js';
import { DATABASE_KINDS, type DatabasePlace, openPlace } from '#test/support/database-place.js';
import { until } from '#test/support/waits.js';

describe.each(DATABASE_KINDS)('an observer of %s', (kind) => {
  let place: DatabasePlace;
  let databases: Databases;
  let opened: ServiceDatabase<Record<string, Row>>;
  let heard: StorageOperation[];
  beforeEach(async () => {
    place = await openPlace(undefined, kind);
    heard = [];
    databases = place.databases({ observer: { onOperation: (one) => heard.push(one) } });
    opened = await databases.openDatabase('test', modelMigrations);
    await opened.store.leadership.take();
    heard.length = 0;
  });
  afterEach(async () => {
    await databases.close();
    await place.remove();
  });

  const told = () => heard.map(({ operation, table, ok }) => [operation, table, ok]);
  const put = (name: string | null, checkpoint: number) =>
    opened.store.apply([
      {
        ...{ model: totals, table: 'totals', deletes: [], checkpoint },
        puts: [{ id: 'a', total: 1, name, sequence: 1 }],
      },
      {
        ...{ model: entries, table: 'entries', deletes: [], checkpoint },
        puts: [{ n: 1, sequence: 1 }],
      },
    ]);

  it('hears of what the projector writes and reads', async () => {
    await put('a', 1);
    await opened.store.rows(totals, 'totals', ['a']);
    await opened.store.checkpoints();
    expect(told()).toEqual([
      ['write', 'totals', true],
      ['write', 'entries', true],
      ['transaction', '', true],
      ['read', 'totals', true],
      ['read', 'projections', true],
    ]);
    expect(heard.every(({ service }) => service === 'test')).toBe(true);
    expect(heard.every(({ seconds }) => seconds > 0 && seconds < 60)).toBe(true);
  });

  it('hears of what fails', async () => {
    await expect(put('forbidden', 1)).rejects.toThrow(/check/i);
    expect(told()).toEqual([
      ['write', 'totals', false],
      ['transaction', '', false],
    ]);
  });

  it('hears of queries, by the table that they name first', async () => {
    const { reader, primary } = opened;
    await reader.selectFrom('totals').selectAll().execute();
    await primary
      .selectFrom('totals as t')
      .innerJoin('entries', 'n', 'total')
      .select('t.id')
      .execute();
    await primary.updateTable('entries').set({ n: 2 }).execute();
    await primary.insertInto('entries').values({ id: 1, n: 2, sequence: 1 }).execute();
    await primary.deleteFrom('entries').execute();
    await expect(reader.selectFrom('nowhere').selectAll().execute()).rejects.toThrow('nowhere');
    expect(told()).toEqual([
      ['read', 'totals', true],
      ['read', 'totals', true],
      ['write', 'entries', true],
      ['write', 'entries', true],
      ['write', 'entries', true],
      ['read', 'nowhere', false],
    ]);
  });

  it('can ask how large the databases are, and how the connections are used', async () => {
    const rows = Array.from({ length: 500 }, (_, n) => ({
      id: `${n}`,
      total: n,
      name: null,
      sequence: 1,
    }));
    await opened.store.apply([
      { model: totals, table: 'totals', puts: rows, deletes: [], checkpoint: 1 },
    ]);
    if (kind === 'postgres') await place.sql('test', 'ANALYZE totals');
    const figures = await until('the figures', async () => {
      const [found] = await databases.figures();
      const counted = found?.tables.find(({ table }) => table === 'totals');
      return counted?.rows === 500 && found;
    });
    expect(figures).toMatchObject({ service: 'test', open: true });
    const bytes = figures.tables.find(({ table }) => table === 'totals')?.bytes ?? 0;
    expect(bytes).toBeGreaterThan(10_000);
    expect(figures.bytes).toBeGreaterThanOrEqual(bytes);
    expect(figures.tables.map(({ table }) => table)).toContain('schema_migrations');
    const pooled = { active: 0, idle: expect.any(Number) as number, waiting: 0, max: 4 };
    expect(databases.pool()).toEqual(kind === 'sqlite' ? undefined : pooled);
    await opened.close();
    expect(await databases.figures()).toEqual([]);
  });
});
