import type { Kysely } from 'kysely';
import type { AuditEntry, AuditFilters } from '#shared/contracts/audit.js';
import { entryOf, matchingEntries } from './audit-filters.query.js';
import type { AuditTables } from './tables.js';

/** Entries of one stretch. */
const ENTRIES_MAX = 1_000;
/** NATS takes answers of a megabyte; one entry always fits. */
const BYTES_MAX = 512 * 1_024;
/** Rows that one query may pass over, whatever the filters leave out: while SQLite reads, nothing else runs. */
const WALKED_MAX = 20_000;

export type Stretch = Readonly<{ entries: AuditEntry[]; after: number; isLast: boolean }>;

/** Entries have left the trail that were still to be exported. */
export class ExportOutrunError extends Error {
  override readonly name = 'ExportOutrunError';

  constructor() {
    super('Entries that were to be exported have left the trail meanwhile; export again.');
  }
}

/** The place before the oldest entry. */
export async function placeBeforeOldest(db: Kysely<AuditTables>): Promise<number> {
  return (await edgeOf(db, 'asc')) - 1;
}

/**
 * Entries that match, oldest first, from the one after `after` on, up to a sequence of the log. Throws
 * {@link ExportOutrunError}.
 */
export async function readStretch(
  db: Kysely<AuditTables>,
  { after, through, ...filters }: AuditFilters & { after: number; through: number },
): Promise<Stretch> {
  const end = Math.min(await edgeOf(db, 'desc'), after + WALKED_MAX);
  const { query, id } = matchingEntries(db, filters);
  const rows = await query
    .where(id, '>', after)
    .where(id, '<=', end)
    .where('audit_log.sequence', '<=', through)
    .orderBy(id)
    .limit(ENTRIES_MAX)
    .execute();
  // After the reading: what left before it would be missing in it.
  if ((await edgeOf(db, 'asc')) > after + 1) throw new ExportOutrunError();
  const entries = fitting(rows.map(entryOf));
  const isWhole = entries.length === rows.length && rows.length < ENTRIES_MAX;
  const isLast = isWhole && end < after + WALKED_MAX;
  return { entries, after: isWhole ? end : (entries.at(-1)?.id ?? end), isLast };
}

function fitting(entries: readonly AuditEntry[]): AuditEntry[] {
  let bytes = 0;
  const count = entries.findIndex((entry, i) => {
    bytes += Buffer.byteLength(JSON.stringify(entry));
    return i > 0 && bytes > BYTES_MAX;
  });
  return count === -1 ? [...entries] : entries.slice(0, count);
}

/** The first or last id there is; 0 where there is none. */
async function edgeOf(db: Kysely<AuditTables>, from: 'asc' | 'desc'): Promise<number> {
  const row = await db
    .selectFrom('audit_log')
    .select('id')
    .orderBy('id', from)
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? 0;
}
