import type { Kysely } from 'kysely';
import { decodeCursor, encodeCursor } from '#shared/contracts/page.js';
import { isRowTime } from '#shared/contracts/row-time.js';
import {
  type PreparationView,
  SESSION_STATUSES,
  type SessionStatus,
  type SessionView,
} from '#shared/contracts/session.js';
import type { Actor } from '#shared/es/operation.js';
import type { SessionRow } from './sessions.js';
import type { SessionTables } from './tables.js';

type Db = Kysely<SessionTables>;
type Page = Readonly<{
  status?: SessionStatus | undefined;
  scope: 'own' | 'all';
  limit: number;
  cursor?: string | undefined;
}>;

const SEES_EVERYTHING = new Set<Actor['role']>(['admin', 'console', 'system']);

/** Says whether an actor may see everybody's sessions; everybody else sees their own. */
export const seesEverything = ({ role }: Actor): boolean => SEES_EVERYTHING.has(role);

/** Shows a session; `reason` is left out until it has ended. */
export const sessionViewOf = (row: SessionRow): SessionView => ({
  id: row.id,
  user_id: row.user_id,
  app_id: row.app_id,
  app_name: row.app_name,
  pod_name: row.pod_name,
  pod_ip: row.pod_ip,
  status: row.status,
  created_at: row.created_at,
  updated_at: row.updated_at,
  last_active_at: row.last_active_at,
  expires_at: row.expires_at,
  ...(row.reason !== null && { reason: row.reason }),
  preparation: row.preparation === null ? null : (JSON.parse(row.preparation) as PreparationView),
});

/** The row of one session, whoever's it is. */
export const findSession = (db: Db, id: string): Promise<SessionRow | undefined> =>
  db.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();

/** The row of one session if the actor may see it. To others it looks as if there were none, so ids can't be probed. */
export async function findVisibleSession(
  db: Db,
  actor: Actor,
  id: string,
): Promise<SessionRow | undefined> {
  const row = await findSession(db, id);
  return row && (row.user_id === actor.id || seesEverything(actor)) ? row : undefined;
}

/** One page of sessions, newest first. Undefined when the cursor is none of this list. */
export async function listSessions(
  db: Db,
  actor: Actor,
  page: Page,
): Promise<{ sessions: SessionView[]; next_cursor?: string } | undefined> {
  let query = db
    .selectFrom('sessions')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1);
  if (page.scope === 'own') query = query.where('user_id', '=', actor.id);
  if (page.status) query = query.where('status', '=', page.status);
  if (page.cursor !== undefined) {
    const after = placeOf(page.cursor);
    if (!after) return undefined;
    query = query.where((eb) =>
      eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(after.createdAt, after.id)),
    );
  }
  const rows = await query.execute();
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  const sessions = shown.map(sessionViewOf);
  return rows.length > page.limit && last
    ? { sessions, next_cursor: encodeCursor(`${last.created_at} ${last.id}`) }
    : { sessions };
}

function placeOf(cursor: string): { createdAt: string; id: string } | undefined {
  const [createdAt, id, more] = String(decodeCursor(cursor) ?? '').split(' ');
  return createdAt && isRowTime(createdAt) && id && more === undefined
    ? { createdAt, id }
    : undefined;
}

/** Ids of the sessions that something is left to do for: alive, or ended with a runtime that is not known to be gone. */
export async function listOpenSessionIds(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('sessions')
    .select('id')
    .where((eb) =>
      eb.or([eb('status', 'in', ['creating', 'running']), eb('runtime_state', '!=', 'ended')]),
    )
    .orderBy('created_at')
    .execute();
  return rows.map((row) => row.id);
}

/** Rows of the sessions that are creating or running, oldest first. */
export const listAliveSessions = (db: Db): Promise<SessionRow[]> =>
  db
    .selectFrom('sessions')
    .selectAll()
    .where('status', 'in', ['creating', 'running'])
    .orderBy('created_at')
    .execute();

/** Ids of the running sessions whose time is over at `at`. */
export async function listOverdueSessionIds(db: Db, at: string): Promise<string[]> {
  const rows = await db
    .selectFrom('sessions')
    .select('id')
    .where('status', '=', 'running')
    .where('expires_at', '<=', at)
    .execute();
  return rows.map((row) => row.id);
}

/** How many sessions there are in each status; zero is told, too. */
export async function countSessions(db: Db): Promise<Record<SessionStatus, number>> {
  const rows = await db
    .selectFrom('sessions')
    .select((eb) => ['status', eb.fn.countAll<number | string>().as('count')])
    .groupBy('status')
    .execute();
  const counts = new Map(rows.map(({ status, count }) => [status, Number(count)]));
  return Object.fromEntries(
    SESSION_STATUSES.map((status) => [status, counts.get(status) ?? 0]),
  ) as Record<SessionStatus, number>;
}
