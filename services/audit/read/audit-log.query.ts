import type { ExpressionBuilder, Kysely } from 'kysely';
import type { AuditEntry, AuditFilters, AuditQuery } from '#shared/contracts/audit.js';
import { decodeCursor, encodeCursor } from '#shared/contracts/page.js';
import { isRowTime } from '#shared/contracts/row-time.js';
import type { Sequence } from '#shared/es/commit.js';
import { entriesAbout, entryOf, type Matching, matchingEntries } from './audit-filters.query.js';
import type { AuditTables } from './tables.js';

type Query = Matching['query'];
type Page = Readonly<{ entries: AuditEntry[]; next_cursor?: string }>;

/** The cursor is none that this list has given for these filters. */
export class CursorError extends Error {
  override readonly name = 'CursorError';
}

/**
 * One page of the trail, newest first: in log order, or by time where a time and no word is asked for, because clocks may
 * have been set back and each order has an index that ends after one page. Throws {@link CursorError}.
 */
export async function listAudit(
  db: Kysely<AuditTables>,
  asked: AuditQuery,
  asOf?: Sequence,
): Promise<Page> {
  const rows = await auditPage(db, asked, asOf).execute();
  return pageOf(rows.map(entryOf), asked.limit, isByTime(asked) ? placeOf : ({ id }) => id);
}

/** One page of what one person did and what concerned the person, newest first. Throws {@link CursorError}. */
export async function listMyTrail(
  db: Kysely<AuditTables>,
  { userId, limit, cursor }: Pick<AuditQuery, 'limit' | 'cursor'> & { userId: string },
): Promise<Page> {
  const rows = await bySequence(entriesAbout(db, userId), cursor)
    .limit(limit + 1)
    .execute();
  return pageOf(rows.map(entryOf), limit, ({ id }) => id);
}

/** The query of one page, with one row more to tell whether another page follows. */
export function auditPage(db: Kysely<AuditTables>, asked: AuditQuery, asOf?: Sequence): Query {
  const all = matchingEntries(db, asked);
  const matching = asOf === undefined ? all : upTo(all, asOf);
  const page = isByTime(asked)
    ? byTime(matching, asked.cursor)
    : bySequence(matching, asked.cursor);
  return page.limit(asked.limit + 1);
}

/** Those that the log had then: entries are numbered in its order, so they end at one of them. */
function upTo({ query, id }: Matching, asOf: Sequence): Matching {
  const last = (eb: ExpressionBuilder<AuditTables, 'audit_log'>) =>
    eb
      .selectFrom('audit_log as a')
      .select('a.id')
      .where('a.sequence', '<=', asOf)
      .orderBy('a.sequence', 'desc')
      .orderBy('a.id', 'desc')
      .limit(1);
  return { query: query.where(id, '<=', last), id };
}

function pageOf(
  found: readonly AuditEntry[],
  limit: number,
  keyOf: (entry: AuditEntry) => string | number,
): Page {
  const entries = found.slice(0, limit);
  const last = entries.at(-1);
  if (found.length <= limit || !last) return { entries };
  return { entries, next_cursor: encodeCursor(keyOf(last)) };
}

/** An index of words has log order alone. */
const isByTime = ({ q, since, until }: AuditFilters): boolean =>
  q === undefined && (since !== undefined || until !== undefined);

function bySequence({ query, id }: Matching, cursor: string | undefined): Query {
  const newestFirst = query.orderBy(id, 'desc');
  if (cursor === undefined) return newestFirst;
  const before = decodeCursor(cursor);
  if (typeof before !== 'number' || !Number.isSafeInteger(before)) throw notOurs();
  return newestFirst.where(id, '<', before);
}

function byTime({ query }: Matching, cursor: string | undefined): Query {
  const newestFirst = query.orderBy('audit_log.timestamp', 'desc').orderBy('audit_log.id', 'desc');
  if (cursor === undefined) return newestFirst;
  const [, timestamp = '', id] = /^(\S+) (\d+)$/.exec(String(decodeCursor(cursor))) ?? [];
  if (!isRowTime(timestamp) || !Number.isSafeInteger(Number(id))) throw notOurs();
  return newestFirst.where((eb) =>
    eb(eb.refTuple('audit_log.timestamp', 'audit_log.id'), '<', eb.tuple(timestamp, Number(id))),
  );
}

const placeOf = ({ timestamp, id }: AuditEntry): string => `${timestamp} ${id}`;
const notOurs = (): CursorError =>
  new CursorError(
    'cursor: is none of this list with these filters; leave it out to start at the newest entry.',
  );
