import type { Kysely, SelectQueryBuilder } from 'kysely';
import type { AuditEntry, AuditQuery } from '#shared/contracts/audit.js';
import { decodeCursor, encodeCursor } from '#shared/contracts/page.js';
import { isRowTime, rowTimeOf } from '#shared/contracts/row-time.js';
import type { AuditTables } from './tables.js';

type Row = AuditTables['audit_log'];
type Query = SelectQueryBuilder<AuditTables, 'audit_log', Row>;

const EQUALS = ['user', 'action', 'resource_type', 'resource_id', 'outcome'] as const;

/** The cursor is none that this list has given for these filters. */
export class CursorError extends Error {
  override readonly name = 'CursorError';
}

/**
 * One page of the trail, newest first: in log order, or by time where a time is asked for, because clocks may have
 * been set back and each order has an index that ends after one page. Throws {@link CursorError}.
 */
export async function listAudit(
  db: Kysely<AuditTables>,
  asked: AuditQuery,
): Promise<{ entries: AuditEntry[]; next_cursor?: string }> {
  const rows = await auditPage(db, asked).execute();
  const entries = rows.slice(0, asked.limit).map(toEntry);
  const last = entries.at(-1);
  if (rows.length <= asked.limit || !last) return { entries };
  return { entries, next_cursor: encodeCursor(isByTime(asked) ? placeOf(last) : last.id) };
}

/** The query of one page, with one row more to tell whether another page follows. */
export function auditPage(db: Kysely<AuditTables>, asked: AuditQuery): Query {
  const wanted: Query = db
    .selectFrom('audit_log')
    .selectAll()
    .limit(asked.limit + 1);
  const matching = EQUALS.reduce(
    (query, column) => (asked[column] ? query.where(column, '=', asked[column]) : query),
    wanted,
  );
  return isByTime(asked) ? byTime(matching, asked) : bySequence(matching, asked);
}

const isByTime = ({ since, until }: AuditQuery): boolean =>
  since !== undefined || until !== undefined;

function bySequence(query: Query, { cursor }: AuditQuery): Query {
  const newestFirst = query.orderBy('id', 'desc');
  if (cursor === undefined) return newestFirst;
  const before = decodeCursor(cursor);
  if (typeof before !== 'number' || !Number.isSafeInteger(before)) throw notOurs();
  return newestFirst.where('id', '<', before);
}

function byTime(query: Query, { cursor, since, until }: AuditQuery): Query {
  let newestFirst = query.orderBy('timestamp', 'desc').orderBy('id', 'desc');
  if (since !== undefined) newestFirst = newestFirst.where('timestamp', '>=', rowTimeOf(since));
  if (until !== undefined) newestFirst = newestFirst.where('timestamp', '<', rowTimeOf(until));
  if (cursor === undefined) return newestFirst;
  const [, timestamp = '', id] = /^(\S+) (\d+)$/.exec(String(decodeCursor(cursor))) ?? [];
  if (!isRowTime(timestamp) || !Number.isSafeInteger(Number(id))) throw notOurs();
  return newestFirst.where((eb) =>
    eb(eb.refTuple('timestamp', 'id'), '<', eb.tuple(timestamp, Number(id))),
  );
}

const placeOf = ({ timestamp, id }: AuditEntry): string => `${timestamp} ${id}`;
const notOurs = (): CursorError =>
  new CursorError(
    'cursor: is none of this list with these filters; leave it out to start at the newest entry.',
  );

const toEntry = (row: Row): AuditEntry => ({
  ...row,
  details: JSON.parse(row.details) as AuditEntry['details'],
  resource_type: row.resource_type ?? '',
  resource_id: row.resource_id ?? '',
  ip_address: row.ip_address ?? '',
  user_agent: row.user_agent ?? '',
});
