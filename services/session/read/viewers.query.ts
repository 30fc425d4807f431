import type { Kysely } from 'kysely';
import type { ViewerView } from '#shared/contracts/sharing.js';
import type { ViewerRow } from './session-viewers.js';
import type { SessionTables } from './tables.js';

type Db = Kysely<SessionTables>;

/** Who has a session on screen, in the order in which they came. */
export async function listViewers(db: Db, sessionId: string): Promise<ViewerView[]> {
  const rows = await db
    .selectFrom('session_viewers')
    .select(['id', 'user_id', 'mode', 'since'])
    .where('session_id', '=', sessionId)
    .orderBy('since')
    .orderBy('id')
    .execute();
  return rows;
}

/** All open viewers that are on record as one gateway's. */
export const listViewersOf = (db: Db, gatewayId: string): Promise<ViewerRow[]> =>
  db.selectFrom('session_viewers').selectAll().where('gateway_id', '=', gatewayId).execute();

/** Every gateway that has open viewers on record, and when the latest of them joined. */
export async function listViewingGateways(
  db: Db,
): Promise<readonly Readonly<{ id: string; latestJoin: string }>[]> {
  const rows = await db
    .selectFrom('session_viewers')
    .select((eb) => ['gateway_id as id', eb.fn.max('since').as('latestJoin')])
    .groupBy('gateway_id')
    .execute();
  return rows;
}

/** One open viewer. */
export const findViewer = (db: Db, id: string): Promise<ViewerRow | undefined> =>
  db.selectFrom('session_viewers').selectAll().where('id', '=', id).executeTakeFirst();
