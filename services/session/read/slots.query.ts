import type { QueryCreator } from 'kysely';
import type { SlotRow } from './slots.js';
import type { SessionTables } from './tables.js';

type Db = QueryCreator<SessionTables>;

/** How many places are taken and waited for: by everybody, and by one person. */
export type SlotCounts = Readonly<{ held: number; queued: number }>;

/** The place of one session, or the one that it waits for. */
export const findSlot = (db: Db, sessionId: string): Promise<SlotRow | undefined> =>
  db.selectFrom('slots').selectAll().where('session_id', '=', sessionId).executeTakeFirst();

/** The sessions that have a place or wait for one. */
export async function listSlotIds(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('slots').select('session_id').execute();
  return rows.map((row) => row.session_id);
}

/** Counts the places, of one person if that is said. */
export async function countSlots(db: Db, userId?: string): Promise<SlotCounts> {
  const rows = await db
    .selectFrom('slots')
    .select((eb) => ['state', eb.fn.countAll<number | string>().as('count')])
    .$if(userId !== undefined, (query) => query.where('user_id', '=', userId ?? ''))
    .groupBy('state')
    .execute();
  const counts = new Map(rows.map(({ state, count }) => [state, Number(count)]));
  return { held: counts.get('held') ?? 0, queued: counts.get('queued') ?? 0 };
}

/** The places in the queue of those of some sessions that wait, by session. */
export async function queuePositions(
  db: Db,
  sessionIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (sessionIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('slots')
    .select(['session_id', 'position'])
    .where('session_id', 'in', sessionIds)
    .where('state', '=', 'queued')
    .execute();
  return new Map(rows.map((row) => [row.session_id, row.position ?? 1]));
}
