import type { QueryCreator } from 'kysely';
import { decodeCursor, encodeCursor } from '#shared/contracts/page.js';
import { isRowTime } from '#shared/contracts/row-time.js';
import {
  type PreparationView,
  SESSION_STATUSES,
  type SessionStatus,
  type SessionView,
} from '#shared/contracts/session.js';
import type { Actor } from '#shared/es/operation.js';
import { comingEndOf, type EndingLimits, idleEndMs } from '#shared/contracts/session-ending.js';
import type { SessionRow } from './sessions.js';
import { queuePositions } from './slots.query.js';
import type { SessionTables } from './tables.js';

type Db = QueryCreator<SessionTables>;
type Page = Readonly<{
  status?: SessionStatus | undefined;
  scope: 'own' | 'all';
  limit: number;
  cursor?: string | undefined;
}>;

const ENDS_EVERYTHING = new Set<Actor['role']>(['operator', 'admin', 'console', 'system']);
const SEES_EVERYTHING = new Set<Actor['role']>([...ENDS_EVERYTHING, 'auditor']);

/** Says whether an actor may see everybody's sessions; everybody else sees their own. */
export const seesEverything = ({ role }: Actor): boolean => SEES_EVERYTHING.has(role);

/** Says whether an actor may end everybody's sessions. */
export const endsEverything = ({ role }: Actor): boolean => ENDS_EVERYTHING.has(role);

/** What a view tells that is not in the session's row: its place in the queue, and what the limits make of its times. */
export type ViewShown = Readonly<{ limits: EndingLimits; position?: number | undefined }>;

/** Shows a session; `reason` says why it ended or what it waits for, and is left out while there is nothing to say. */
export const sessionViewOf = (row: SessionRow, { limits, position }: ViewShown): SessionView => ({
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
  queue_position: position ?? null,
  ...timesOf(row, limits),
  ...reasonOf(row, position),
  preparation: row.preparation === null ? null : (JSON.parse(row.preparation) as PreparationView),
});

const timesOf = (row: SessionRow, limits: EndingLimits) => {
  if (row.status !== 'running') return { idle_expires_at: null, warn_at: null };
  const idleMs = idleEndMs(row, limits);
  return {
    idle_expires_at: idleMs === undefined ? null : timeOf(idleMs),
    warn_at: timeOf(comingEndOf(row, limits).warnAtMs),
  };
};

const timeOf = (ms: number): string => new Date(ms).toISOString();

function reasonOf({ reason }: SessionRow, position: number | undefined) {
  if (reason !== null) return { reason };
  if (position === undefined) return {};
  return { reason: `all places are taken; it is number ${position} in the queue` };
}

/** Shows some sessions, each with its place in the queue if it waits there. */
export async function viewsOf(
  db: Db,
  rows: readonly SessionRow[],
  limits: EndingLimits,
): Promise<SessionView[]> {
  const creating = rows.filter(({ status }) => status === 'creating').map(({ id }) => id);
  const positions = await queuePositions(db, creating);
  return rows.map((row) => sessionViewOf(row, { limits, position: positions.get(row.id) }));
}

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
  { limits, ...page }: Page & Pick<ViewShown, 'limits'>,
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
  const sessions = await viewsOf(db, shown, limits);
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

/** Ids of the running sessions whose time is over at `at`, or that nobody has used since `idleSince`, if that counts. */
export async function listOverdueSessionIds(
  db: Db,
  { at, idleSince }: Readonly<{ at: string; idleSince: string | undefined }>,
): Promise<string[]> {
  const rows = await db
    .selectFrom('sessions')
    .select('id')
    .where('status', '=', 'running')
    .where((eb) =>
      eb.or([
        eb('expires_at', '<=', at),
        ...(idleSince === undefined ? [] : [eb('touched_at', '<=', idleSince)]),
      ]),
    )
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
