import { type Kysely, type QueryCreator, type RawBuilder, sql } from 'kysely';
import type { History } from '#shared/es/history.js';

/**
 * Tables as they were: queries name the tables as ever and find in their place common table expressions of the same
 * names, which read the histories. `rowsOf` writes one such expression.
 */
export function inPast<Tables>(
  db: Kysely<Tables>,
  histories: readonly History[],
  rowsOf: (history: History) => RawBuilder<unknown>,
): QueryCreator<Tables> {
  let past = db as unknown as QueryCreator<Record<string, object>>;
  for (const history of histories) {
    // Materialized, a table of a million rows would be read whole for one of them.
    past = past.with(
      (cte) => cte(history.of.table).notMaterialized(),
      () => rowsOf(history) as RawBuilder<object>,
    );
  }
  return past as unknown as QueryCreator<Tables>;
}

/** What a history has of its rows as columns: the key, and those that were asked for. */
export const ownColumns = ({ of, columns }: History): ReadonlyMap<string, string> =>
  new Map([[of.key, 'row_key'], ...columns.map((column) => [column, column] as const)]);

/** What narrows a list by the rising column, to come after a WHERE; the `?` is the sequence. Nothing where there is none. */
export function risenTo({ rising }: History, table: string): string {
  if (rising === undefined) return '';
  return `AND f."${rising}" <= (SELECT x.reached FROM ${table} x WHERE x.node IS NOT NULL AND x.sequence <= ?
      ORDER BY x.sequence DESC, x.reached DESC LIMIT 1)`;
}

/** An expression that an adapter writes from names that it has quoted, with the next of these values in place of each `?`. */
export function withValues(text: string, values: readonly unknown[]): RawBuilder<unknown> {
  const parts = text.split('?').flatMap((part, index) => {
    const written = sql.raw(part);
    return index === 0 ? [written] : [sql.val(values[index - 1]), written];
  });
  return sql.join(parts, sql.raw(''));
}
