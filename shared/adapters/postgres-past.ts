import type { Kysely, QueryCreator } from 'kysely';
import type { Sequence } from '#shared/es/commit.js';
import type { History } from '#shared/es/history.js';
import { nodesAround } from '#shared/es/interval-nodes.js';
import { inPast, ownColumns, risenTo, withValues } from './past.js';
import type { PostgresPool } from './postgres-pool.js';
import { quoted, type SchemaNames } from './postgres-shadow.js';

/** Makes what answers queries with the rows of the past from a schema of PostgreSQL. */
export function postgresPast<Tables>(
  primary: Kysely<Tables>,
  { pool, names }: Readonly<{ pool: PostgresPool; names: SchemaNames }>,
) {
  const texts = new Map<string, string>();
  return async (
    histories: readonly History[],
    sequence: Sequence,
  ): Promise<QueryCreator<Tables>> => {
    for (const history of histories) {
      const { table } = history.of;
      if (texts.has(table)) continue;
      const found = await pool.query<{ name: string }>(COLUMNS, [names.of(table)]);
      const columns = found.map(({ name }) => name);
      texts.set(table, rowsOf(history, names, columns));
    }
    const values = [sequence, nodesAround(sequence), sequence, sequence, sequence];
    return inPast(primary, histories, ({ of }) => withValues(texts.get(of.table) ?? '', values));
  };
}

const COLUMNS = `SELECT attname AS name FROM pg_attribute
  WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`;

/**
 * The rows of a table as they were at a sequence: the phases of then, found by whichever of their indexes suits the
 * query, and of each the version of then. The columns' types are those of the table itself.
 */
function rowsOf(history: History, names: SchemaNames, columns: readonly string[]): string {
  const own = ownColumns(history);
  const selected = columns.map((column) => {
    const kept = own.get(column);
    return `${kept ? `f.${quoted(kept)}` : `r.${quoted(column)}`} AS ${quoted(column)}`;
  });
  const table = names.of(history.model.table);
  return `(SELECT ${selected.join(', ')} FROM ${table} f
    CROSS JOIN LATERAL (SELECT v.state FROM ${table} v
      WHERE v.row_key = f.row_key AND v.node IS NULL AND v.sequence <= ?
      ORDER BY v.sequence DESC LIMIT 1) h
    CROSS JOIN LATERAL json_populate_record(NULL::${names.of(history.of.table)}, h.state::json) r
    WHERE f.node = ANY(?) AND f.sequence <= ? AND f.until > ?
      ${risenTo(history, table)})`;
}
