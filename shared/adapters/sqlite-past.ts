import type { Kysely, QueryCreator } from 'kysely';
import type { Sequence } from '#shared/es/commit.js';
import type { History } from '#shared/es/history.js';
import { nodesAround } from '#shared/es/interval-nodes.js';
import { inPast, ownColumns, risenTo, withValues } from './past.js';
import { sqliteError } from './sqlite-errors.js';
import type { SqliteConnection } from './sqlite-library.js';

/** Makes what answers queries with the rows of the past from a SQLite file. */
export function sqlitePast<Tables>(reader: Kysely<Tables>, raw: SqliteConnection) {
  const texts = new Map<string, string>();
  const textOf = (history: History): string => {
    const { table } = history.of;
    const text = texts.get(table) ?? rowsOf(history, columnsOf(raw, table));
    texts.set(table, text);
    return text;
  };
  return async (
    histories: readonly History[],
    sequence: Sequence,
  ): Promise<QueryCreator<Tables>> => {
    const values = [sequence, JSON.stringify(nodesAround(sequence)), sequence, sequence, sequence];
    return inPast(reader, histories, (history) => withValues(textOf(history), values));
  };
}

function columnsOf(raw: SqliteConnection, table: string): string[] {
  try {
    return raw.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table) as string[];
  } catch (cause) {
    throw sqliteError(cause);
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * The rows of a table as they were at a sequence: the phases of then, found by whichever of their indexes suits the
 * query, and of each the version of then. SQLite joins in the order of a CROSS JOIN.
 */
function rowsOf(history: History, columns: readonly string[]): string {
  const own = ownColumns(history);
  const selected = columns.map((column) => {
    const kept = own.get(column);
    const from = kept ? `f.${quoted(kept)}` : `h.state ->> '$.${column}'`;
    return `${from} AS ${quoted(column)}`;
  });
  // Only a name with its schema is the table and not the expression that takes its place.
  const table = `main.${quoted(history.model.table)}`;
  return `(SELECT ${selected.join(', ')} FROM ${table} f CROSS JOIN ${table} h
    ON h.row_key = f.row_key AND h.node IS NULL AND h.sequence = (SELECT max(v.sequence) FROM ${table} v
      WHERE v.row_key = f.row_key AND v.node IS NULL AND v.sequence <= ?)
    WHERE f.node IN (SELECT value FROM json_each(?)) AND f.sequence <= ? AND f.until > ?
      ${risenTo(history, table)})`;
}
