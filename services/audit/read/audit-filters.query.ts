import { type Kysely, PostgresAdapter, type SelectQueryBuilder, sql, type SqlBool } from 'kysely';
import type { AuditEntry, AuditFilters } from '#shared/contracts/audit.js';
import { rowTimeOf } from '#shared/contracts/row-time.js';
import { wordsOf } from '#shared/contracts/search-words.js';
import { markOf } from './search-text.js';
import type { AuditTables } from './tables.js';

/** What an entry is made of: what it can be found by is nobody's to see. */
const COLUMNS = [
  'audit_log.id',
  'audit_log.timestamp',
  'audit_log.user',
  'audit_log.action',
  'audit_log.details',
  'audit_log.resource_type',
  'audit_log.resource_id',
  'audit_log.ip_address',
  'audit_log.user_agent',
  'audit_log.outcome',
  'audit_log.sequence',
] as const;

export type EntryRow = Omit<AuditTables['audit_log'], 'search'>;
type Entries = SelectQueryBuilder<AuditTables, 'audit_log', EntryRow>;

/** Entries that match, and the column that has them in log order without sorting. */
export type Matching = Readonly<{ query: Entries; id: 'audit_log.id' }>;

const EQUALS = ['user', 'action', 'resource_type', 'resource_id', 'outcome'] as const;

/** Entries that match every filter that is given, in no order yet. */
export function matchingEntries(db: Kysely<AuditTables>, filters: AuditFilters): Matching {
  const { q, since, until } = filters;
  const { query: all, id } = q === undefined ? everyEntry(db) : entriesWith(db, wantedOf(q));
  let query = EQUALS.reduce((found, column) => {
    const wanted = filters[column];
    return wanted === undefined ? found : found.where(`audit_log.${column}`, '=', wanted);
  }, all);
  if (since !== undefined) query = query.where('audit_log.timestamp', '>=', rowTimeOf(since));
  if (until !== undefined) query = query.where('audit_log.timestamp', '<', rowTimeOf(until));
  return { query, id };
}

/** Entries of what a person did, and of what concerned the person. */
export const entriesAbout = (db: Kysely<AuditTables>, userId: string): Matching =>
  entriesWith(db, [{ word: markOf(userId), isWhole: true }]);

/** What is asked of the words of an entry; there is nothing in a word that has a meaning in a query. */
type Wanted = Readonly<{ word: string; isWhole: boolean }>;

/** The last word may still be being typed. What is in every second entry would cost too much to look for as a beginning. */
const wantedOf = (q: string): Wanted[] =>
  wordsOf(q).map((word, i, { length }) => ({ word, isWhole: i < length - 1 }));

const everyEntry = (db: Kysely<AuditTables>): Matching => ({
  query: db.selectFrom('audit_log').select(COLUMNS),
  id: 'audit_log.id',
});

function entriesWith(db: Kysely<AuditTables>, wanted: readonly Wanted[]): Matching {
  if (db.getExecutor().adapter instanceof PostgresAdapter) {
    const { query, id } = everyEntry(db);
    const words = wanted.map(({ word, isWhole }) => `'${word}'${isWhole ? '' : ':*'}`).join(' & ');
    const of = sql`array_to_tsvector(string_to_array(${sql.ref('audit_log.search')}, ' '))`;
    return { query: query.where(sql<SqlBool>`${of} @@ ${words}::tsquery`), id };
  }
  const words = wanted.map(({ word, isWhole }) => `"${word}"${isWhole ? '' : '*'}`).join(' AND ');
  // The index gives rows in log order, either way, and goes on from any: so it is the one that is walked.
  const query = db
    .selectFrom('audit_search')
    .crossJoin('audit_log')
    .whereRef('audit_log.id', '=', 'audit_search.rowid')
    .where(sql<SqlBool>`${sql.ref('audit_search')} MATCH ${words}`)
    .select(COLUMNS);
  return { query: query as unknown as Entries, id: 'audit_search.rowid' as 'audit_log.id' };
}

/** An entry as the API has it: what it has none of is the empty string. */
export const entryOf = (row: EntryRow): AuditEntry => ({
  ...row,
  details: JSON.parse(row.details) as AuditEntry['details'],
  resource_type: row.resource_type ?? '',
  resource_id: row.resource_id ?? '',
  ip_address: row.ip_address ?? '',
  user_agent: row.user_agent ?? '',
});
