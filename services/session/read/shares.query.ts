import type { Kysely } from 'kysely';
import {
  SHARED_WITH_ME_MAX,
  type SharedSessionView,
  type ShareView,
} from '#shared/contracts/sharing.js';
import { guestIdsOf, type ShareRow } from './session-shares.js';
import type { ShareGuestRow } from './share-guests.js';
import type { SessionRow } from './sessions.js';
import type { SessionTables } from './tables.js';

type Db = Kysely<SessionTables>;

/** Shows a share to the owner of its session. */
export const shareViewOf = (row: ShareRow): ShareView => ({
  id: row.id,
  session_id: row.session_id,
  kind: row.secret_hash === null ? 'person' : 'link',
  mode: row.mode,
  people: guestIdsOf(row).map((user_id) => ({ user_id })),
  people_max: row.people_max,
  created_at: row.created_at,
  expires_at: row.expires_at,
});

type SharedSession = Pick<SessionRow, 'app_id' | 'app_name' | 'status'>;

/** Shows somebody else's session as far as it is shared. */
export const sharedSessionViewOf = (
  guest: Omit<ShareGuestRow, 'id' | 'guest_id'>,
  { app_id, app_name, status }: SharedSession,
): SharedSessionView => ({
  share_id: guest.share_id,
  session_id: guest.session_id,
  owner_id: guest.owner_id,
  ...{ app_id, app_name, status, mode: guest.mode },
  since: guest.since,
  expires_at: guest.expires_at,
});

/** Shares of a session that are worth something at `at`, oldest first. */
export const listShares = (db: Db, sessionId: string, at: string): Promise<ShareRow[]> =>
  db
    .selectFrom('session_shares')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('expires_at', '>', at)
    .orderBy('created_at')
    .orderBy('id')
    .execute();

/** One share of a session, revoked ones never. */
export const findShare = (
  db: Db,
  { sessionId, shareId }: Readonly<{ sessionId: string; shareId: string }>,
): Promise<ShareRow | undefined> =>
  db
    .selectFrom('session_shares')
    .selectAll()
    .where('id', '=', shareId)
    .where('session_id', '=', sessionId)
    .executeTakeFirst();

/** The share whose link has a secret with this hash. */
export const findShareBySecret = (db: Db, secretHash: string): Promise<ShareRow | undefined> =>
  db
    .selectFrom('session_shares')
    .selectAll()
    .where('secret_hash', '=', secretHash)
    .executeTakeFirst();

type Guest = Readonly<{ sessionId: string; guestId: string; at: string }>;

/** By which share somebody may be in a session at `at`: of several the one that allows most, for longest. */
export async function findGuestShare(
  db: Db,
  { sessionId, guestId, at }: Guest,
): Promise<ShareGuestRow | undefined> {
  const rows = await db
    .selectFrom('share_guests')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('guest_id', '=', guestId)
    .where('expires_at', '>', at)
    .orderBy('expires_at', 'desc')
    .execute();
  return rows.find(({ mode }) => mode === 'control') ?? rows[0];
}

/** Everybody but the owner who may be in a session at `at`. */
export async function listParticipantIds(db: Db, sessionId: string, at: string): Promise<string[]> {
  const rows = await db
    .selectFrom('share_guests')
    .select('guest_id')
    .distinct()
    .where('session_id', '=', sessionId)
    .where('expires_at', '>', at)
    .orderBy('guest_id')
    .execute();
  return rows.map((row) => row.guest_id);
}

/** Sessions of others, alive, that somebody may be in at `at`; newest share first. */
export async function listSharedWith(
  db: Db,
  guestId: string,
  at: string,
): Promise<SharedSessionView[]> {
  const rows = await db
    .selectFrom('share_guests')
    .innerJoin('sessions', 'sessions.id', 'share_guests.session_id')
    .selectAll('share_guests')
    .select(['sessions.app_id', 'sessions.app_name', 'sessions.status'])
    .where('guest_id', '=', guestId)
    .where('share_guests.expires_at', '>', at)
    .where('sessions.status', 'in', ['creating', 'running'])
    .orderBy('share_guests.since', 'desc')
    .orderBy('share_guests.id')
    .limit(SHARED_WITH_ME_MAX)
    .execute();
  return rows.map((row) => sharedSessionViewOf(row, row));
}
