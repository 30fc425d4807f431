import { type Kysely, type Migration, sql } from 'kysely';
import {
  createDecisionTables,
  createProjectionsTable,
} from '#shared/adapters/sqlite-read-model-store.js';
import type { Message } from '#shared/es/decider.js';
import { journal, type ReadModel, rowModel } from '#shared/es/read-model.js';

export type Counted = Message<
  'AppRegistered',
  { n: number; key?: string; gone?: boolean; poison?: boolean; name?: string | null }
>;
export type TotalRow = { id: string; total: number; name: string | null; sequence: number };

/** One row a key: the sum of its events' numbers. `gone` deletes it, `poison` can't be applied. */
export const totals: ReadModel = rowModel<Counted, TotalRow>({
  table: 'totals',
  version: 1,
  key: 'id',
  keysOf: ({ data }) => (data.key === undefined ? [] : [data.key]),
  project(row, { data, sequence }, id) {
    if (data.poison) throw new Error('poison');
    if (data.gone) return undefined;
    const name = data.name === undefined ? id : data.name;
    return { id, total: (row?.total ?? 0) + data.n, name, sequence };
  },
});

/** One row an event, but for those without a key. */
export const entries: ReadModel = journal<Counted, { n: number; sequence: number }>({
  table: 'entries',
  version: 1,
  rowOf: ({ data, sequence }) => (data.key === undefined ? undefined : { n: data.n, sequence }),
});

/** The tables of both. */
export const modelMigrations: Readonly<Record<string, Migration>> = {
  '0001_models': {
    async up(db: Kysely<unknown>) {
      await createProjectionsTable(db);
      await createDecisionTables(db);
      await db.schema
        .createTable('totals')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('total', 'integer', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.check(sql`name <> 'forbidden'`))
        .addColumn('sequence', 'integer', (c) => c.notNull())
        .execute();
      await db.schema.createIndex('idx_totals_total').on('totals').column('total').execute();
      await db.schema
        .createTable('entries')
        .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
        .addColumn('n', 'integer', (c) => c.notNull())
        .addColumn('sequence', 'integer', (c) => c.notNull())
        .execute();
    },
  },
};
