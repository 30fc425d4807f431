import { type Kysely, sql } from 'kysely';
import {
  type AuditFilters,
  type TimelineBucket,
  TIMELINE_BUCKETS_MAX,
  type TimelineView,
} from '#shared/contracts/audit.js';
import { rowTimeOf } from '#shared/contracts/row-time.js';
import { matchingEntries } from './audit-filters.query.js';
import type { AuditTables } from './tables.js';

const HOUR_MS = 3_600_000;
/** How long a bucket is, how many there are unless `since` says otherwise, and how much of a time names one. */
const BUCKETS = {
  hour: { ms: HOUR_MS, count: 48, named: '2026-11-20T08', rest: ':00:00.000Z' },
  day: { ms: 24 * HOUR_MS, count: 30, named: '2026-11-20', rest: 'T00:00:00.000Z' },
} as const;

/** There would be more buckets than anybody looks at; the message says what to ask for. */
export class TimelineError extends Error {
  override readonly name = 'TimelineError';
}

type Asked = AuditFilters & Readonly<{ bucket: TimelineBucket }>;

/** Counts the entries that match, hour by hour or day by day (UTC). Throws {@link TimelineError}. */
export async function showTimeline(
  db: Kysely<AuditTables>,
  { bucket, ...filters }: Asked,
  now: Date,
): Promise<TimelineView> {
  const { named, rest } = BUCKETS[bucket];
  const range = rangeOf(bucket, filters, now);
  const { query } = matchingEntries(db, { ...filters, ...range });
  // PostgreSQL writes a time with a blank where SQLite's rows have a T.
  const time = sql`CAST(${sql.ref('audit_log.timestamp')} AS text)`;
  const start = sql<string>`substr(${time}, 1, ${sql.lit(named.length)})`;
  const rows = await query
    .clearSelect()
    .select((eb) => [
      start.as('start'),
      eb.fn.countAll<number>().as('entries'),
      eb.fn
        .sum<number>(eb.case().when('audit_log.outcome', '=', 'refused').then(1).else(0).end())
        .as('refused'),
    ])
    .groupBy(start)
    .orderBy(start)
    .execute();
  const buckets = rows.map((row) => ({ ...row, start: row.start.replace(' ', 'T') + rest }));
  return { bucket, ...range, buckets };
}

function rangeOf(
  bucket: TimelineBucket,
  { since, until }: AuditFilters,
  now: Date,
): Pick<TimelineView, 'since' | 'until'> {
  const { ms, count } = BUCKETS[bucket];
  const end = Date.parse(until === undefined ? rowTimeOf(now.toISOString()) : rowTimeOf(until));
  const begin = since === undefined ? end - count * ms : Date.parse(rowTimeOf(since));
  if (end - begin > TIMELINE_BUCKETS_MAX * ms) {
    const instead = bucket === 'hour' ? 'ask for days, or for less time' : 'ask for less time';
    throw new TimelineError(
      `since: there are more than ${TIMELINE_BUCKETS_MAX} ${bucket}s from there to the end; ${instead}.`,
    );
  }
  return { since: rowTimeOf(new Date(begin).toISOString()), until: new Date(end).toISOString() };
}
