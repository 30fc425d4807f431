import type { Kysely } from 'kysely';
import type { AuditTables } from './tables.js';

type AgedRow = Pick<AuditTables['audit_log'], 'sequence' | 'timestamp'>;

/** The oldest entries in log order. */
export const oldestEntries = (db: Kysely<AuditTables>, limit: number): Promise<AgedRow[]> =>
  db.selectFrom('audit_log').select(['sequence', 'timestamp']).orderBy('id').limit(limit).execute();

export type RetentionCounts = Readonly<{ leaving: number; staying: number; oldest: string | null }>;

/** How many entries would leave if all before the first that is not older than `before` did; none without it. */
export async function countRetained(
  db: Kysely<AuditTables>,
  before: string | undefined,
): Promise<RetentionCounts> {
  const all = db.selectFrom('audit_log').select(({ fn }) => fn.countAll<number>().as('count'));
  const { count } = await all.executeTakeFirstOrThrow();
  const [first] = await oldestEntries(db, 1);
  const oldest = first?.timestamp ?? null;
  if (before === undefined) return { leaving: 0, staying: count, oldest };
  // In log order from the oldest on: it reads what would leave, and nothing of what stays.
  const kept = await db
    .selectFrom('audit_log')
    .select('id')
    .where(({ eb, fn }) => eb(fn.coalesce('timestamp', 'timestamp'), '>=', before))
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  if (!kept) return { leaving: count, staying: 0, oldest };
  const { count: leaving } = await all.where('id', '<', kept.id).executeTakeFirstOrThrow();
  return { leaving, staying: count - leaving, oldest };
}
