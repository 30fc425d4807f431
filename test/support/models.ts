import { resolve } from 'node:path';
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

/** The tables of both: a folder of migrations. npm runs scripts in the package's folder, for tests and benches alike. */
export const modelMigrations = resolve('test/support/migrations');
