import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReadModel, Row } from '#shared/es/read-model.js';
import type { ReadModelStore, RowChanges } from '#shared/es/read-model-store.js';
import { entries, totals } from '#test/support/models.js';

export type OpenedStore = {
  /** With the tables of `test/support/models.ts`. */
  store: ReadModelStore;
  /** All rows of a table as any other connection sees them, by key. */
  seen: (table: string) => Promise<Row[]>;
  indexes: (table: string) => Promise<string[]>;
  cleanup: () => Promise<void>;
};

const total = (id: string, n: number): Row => ({ id, total: n, name: id, sequence: n });
const change = (over: Partial<RowChanges> & { model?: ReadModel } = {}): RowChanges => {
  const { model = totals } = over;
  return { model, table: model.table, puts: [], deletes: [], checkpoint: 1, ...over };
};

/** What every database of read models promises; run on each adapter. */
export function readModelStoreContract(name: string, open: () => Promise<OpenedStore>): void {
  let opened: OpenedStore;
  let store: ReadModelStore;
  beforeEach(async () => {
    opened = await open();
    store = opened.store;
  });
  afterEach(() => opened.cleanup());

  describe(`${name}: changes`, () => {
    it('put new rows in, replace old ones by key, and delete', async () => {
      await store.apply([change({ puts: [total('a', 1), total('b', 1), total('c', 1)] })]);
      await store.apply([
        change({ puts: [total('b', 2)], deletes: ['c', 'never'], checkpoint: 2 }),
      ]);
      expect(await opened.seen('totals')).toEqual([total('a', 1), total('b', 2)]);
      const found = await store.rows(totals, 'totals', ['b', 'c', 'a']);
      expect(found.toSorted((x, y) => (String(x['id']) < String(y['id']) ? -1 : 1))).toEqual([
        total('a', 1),
        total('b', 2),
      ]);
    });

    it('replace every column, with nothing too', async () => {
      await store.apply([change({ puts: [total('a', 1)] })]);
      await store.apply([change({ puts: [{ ...total('a', 2), name: null }], checkpoint: 2 })]);
      expect(await opened.seen('totals')).toEqual([{ ...total('a', 2), name: null }]);
    });

    it('take any text as it is', async () => {
      const id = `'; DROP TABLE totals; -- "ä\u{1f600} ["x"]`;
      await store.apply([change({ puts: [total(id, 1)] })]);
      expect(await store.rows(totals, 'totals', [id])).toEqual([total(id, 1)]);
    });

    it('number the rows of a journal in their order', async () => {
      const rows = [5, 3, 9].map((n) => ({ n, sequence: n }));
      await store.apply([change({ model: entries, puts: rows.slice(0, 2) })]);
      await store.apply([change({ model: entries, puts: rows.slice(2), checkpoint: 2 })]);
      expect(await opened.seen('entries')).toEqual(rows.map((row, i) => ({ id: i + 1, ...row })));
    });

    it('are as many as a batch has', async () => {
      const rows = Array.from({ length: 40_000 }, (_, n) => total(`key-${n}`, n));
      await store.apply([change({ puts: rows })]);
      const keys = rows.map(({ id }) => String(id));
      expect(await store.rows(totals, 'totals', keys)).toHaveLength(40_000);
      await store.apply([change({ deletes: keys, checkpoint: 2 })]);
      expect(await opened.seen('totals')).toEqual([]);
    });

    it('of all models are there with all checkpoints, or none is', async () => {
      await store.apply([
        change({ puts: [total('a', 1)] }),
        change({ model: entries, puts: [{ n: 1, sequence: 1 }] }),
      ]);
      const before = [await opened.seen('totals'), await store.checkpoints()];
      const failing = store.apply([
        change({ puts: [total('a', 2), total('b', 2)], deletes: ['a'], checkpoint: 2 }),
        change({ model: entries, puts: [{ n: null, sequence: 2 }], checkpoint: 2 }),
      ]);
      await expect(failing).rejects.toThrow('n');
      expect([await opened.seen('totals'), await store.checkpoints()]).toEqual(before);
      await store.apply([change({ puts: [total('a', 3)], checkpoint: 3 })]);
      expect(await opened.seen('totals')).toEqual([total('a', 3)]);
    });

    it('with a column that the table has not are refused', async () => {
      const failing = store.apply([change({ puts: [{ ...total('a', 1), more: 1 }] })]);
      await expect(failing).rejects.toThrow('totals has no column more');
    });
  });

  describe(`${name}: checkpoints`, () => {
    it('are none at first', async () => {
      expect(await store.checkpoints()).toEqual([]);
    });

    it('move with the rows and carry the version', async () => {
      const live = { table: 'totals', status: 'live', error: null };
      await store.apply([change({ checkpoint: 7 })]);
      expect(await store.checkpoints()).toEqual([{ ...live, version: 1, sequence: 7 }]);
      await store.apply([change({ model: { ...totals, version: 2 }, checkpoint: 8 })]);
      expect(await store.checkpoints()).toEqual([{ ...live, version: 2, sequence: 8 }]);
    });

    it('keep their place when a model stops, and say why', async () => {
      await store.apply([change({ checkpoint: 7 })]);
      await store.stop(totals, 'poison at 8');
      await store.stop(entries, 'poison at 1');
      const found = await store.checkpoints();
      expect(found.toSorted((x, y) => y.sequence - x.sequence)).toEqual([
        { table: 'totals', version: 1, sequence: 7, status: 'stopped', error: 'poison at 8' },
        { table: 'entries', version: 1, sequence: 0, status: 'stopped', error: 'poison at 1' },
      ]);
      await store.apply([change({ checkpoint: 8 })]);
      const mended = (await store.checkpoints()).find(({ table }) => table === 'totals');
      expect(mended).toMatchObject({ status: 'live', error: null });
    });

    it('say which log the rows are made from, once somebody has said so', async () => {
      expect(await store.logId()).toBeUndefined();
      await store.saveLogId('one');
      await store.saveLogId('other');
      expect(await store.logId()).toBe('other');
    });
  });

  describe(`${name}: a shadow`, () => {
    it('is filled beside the table, without a word in the checkpoints', async () => {
      await store.apply([change({ puts: [total('old', 1)] })]);
      const table = await store.createShadow(totals);
      await store.apply([change({ table, puts: [total('new', 2)], checkpoint: 9 })]);
      expect(await opened.seen('totals')).toEqual([total('old', 1)]);
      expect(await store.rows(totals, table, ['old', 'new'])).toEqual([total('new', 2)]);
      expect(await store.checkpoints()).toMatchObject([{ sequence: 1 }]);
    });

    it.each([totals, entries])(
      'of $table takes its place with indexes, rules and numbers',
      async (model) => {
        const row = (n: number): Row => (model === totals ? total(`k${n}`, n) : { n, sequence: n });
        const indexes = await opened.indexes(model.table);
        await store.apply([change({ model, puts: [row(1), row(2)] })]);
        for (const round of [1, 2]) {
          const table = await store.createShadow(model);
          await store.apply([change({ model, table, puts: [row(3)] })]);
          await store.switchTo(model, table, 9);
          expect(await opened.seen(model.table), `round ${round}`).toHaveLength(1);
        }
        await store.apply([change({ model, puts: [row(4)], checkpoint: 10 })]);
        expect(await opened.seen(model.table)).toMatchObject(
          model === totals
            ? [row(3), row(4)]
            : [
                { id: 1, n: 3 },
                { id: 2, n: 4 },
              ],
        );
        expect(await opened.indexes(model.table)).toEqual(indexes);
        expect(await store.checkpoints()).toMatchObject([{ sequence: 10, status: 'live' }]);
        const forbidden = { ...total('x', 1), name: 'forbidden' };
        const broken = model === totals ? forbidden : { n: null, sequence: 1 };
        await expect(store.apply([change({ model, puts: [broken] })])).rejects.toThrow(
          /failed|violates/,
        );
      },
    );

    it('that was left behind is started afresh', async () => {
      const table = await store.createShadow(totals);
      await store.apply([change({ table, puts: [total('a', 1)] })]);
      expect(await store.createShadow(totals)).toBe(table);
      expect(await store.rows(totals, table, ['a'])).toEqual([]);
      await store.dropShadow(totals);
      await store.dropShadow(totals);
      expect(await opened.seen('totals')).toEqual([]);
    });
  });

  describe(`${name}: the state hash`, () => {
    const hash = () => store.stateHash(totals, 'totals');

    it('depends on the rows, not on how they came', async () => {
      const rows = Array.from({ length: 2_500 }, (_, n) => total(`key-${n}`, n));
      await store.apply([change({ puts: rows })]);
      const straight = await hash();
      const table = await store.createShadow(totals);
      const detour = [...rows.toReversed(), total('gone', 1)];
      await store.apply([change({ table, puts: detour.map((row) => ({ ...row, total: 0 })) })]);
      await store.apply([change({ table, puts: rows, deletes: ['gone'] })]);
      expect(await store.stateHash(totals, table)).toBe(straight);
      expect(straight).toMatch(/^[0-9a-f]{64}$/);
    });

    it('changes with any row', async () => {
      const hashes = [await hash()];
      for (const puts of [[total('a', 1)], [total('a', 2)], [total('b', 2)]]) {
        await store.apply([change({ puts })]);
        hashes.push(await hash());
      }
      await store.apply([change({ deletes: ['b'] })]);
      expect(await hash()).toBe(hashes[2]);
      expect(new Set(hashes).size).toBe(4);
    });
  });
}
