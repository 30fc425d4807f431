import type { Kysely } from 'kysely';
import type { Account, UserRole } from '#shared/contracts/identity.js';
import type { SignInView } from '#shared/contracts/ways-in.js';
import type { IdentityTables } from './tables.js';

const DROPPED_AT_ONCE_MAX = 50;
const LISTED_MAX = 200;

/** A sign-in that lets its user in, found by a token. */
export type LiveSignIn = Readonly<{
  id: string;
  account: Account;
  expiresAt: string;
  /** When the token it has now was made. */
  issuedAt: string;
  /** The token that it was found by is the one before. */
  isReplaced: boolean;
}>;

/**
 * The sign-in of a token, if it lets anybody in at `at`: not ended, not expired, its user active, and verified against
 * the user's current password. Comparing credentials instead of places in the log leaves no gap for a sign-in that
 * was under way with the old password while it was changed.
 */
export async function findLiveSignIn(
  db: Kysely<IdentityTables>,
  tokenHash: string,
  at: string,
): Promise<LiveSignIn | undefined> {
  const row = await liveSignIns(db, at)
    .where((eb) =>
      eb.or([
        eb('s.token_hash', '=', tokenHash),
        eb.and([eb('s.previous_token_hash', '=', tokenHash), eb('previous_valid_until', '>', at)]),
      ]),
    )
    .executeTakeFirst();
  if (!row) return undefined;
  const { id, user_id, name, role, must_change } = row;
  return {
    id,
    account: { id: user_id, name, role, must_change_password: must_change === 1 },
    expiresAt: row.expires_at,
    issuedAt: row.issued_at,
    isReplaced: row.token_hash !== tokenHash,
  };
}

/** When a sign-in ends, and what its user is now, if it lets anybody in at `at`. */
export async function findExpiry(
  db: Kysely<IdentityTables>,
  signInId: string,
  at: string,
): Promise<{ expires_at: string; role: UserRole } | undefined> {
  const row = await liveSignIns(db, at).where('s.id', '=', signInId).executeTakeFirst();
  return row && { expires_at: row.expires_at, role: row.role };
}

const liveSignIns = (db: Kysely<IdentityTables>, at: string) =>
  db
    .selectFrom('sign_ins as s')
    .innerJoin('users as u', 'u.id', 's.user_id')
    .leftJoin('passwords as p', 'p.user_id', 's.user_id')
    .leftJoin('sign_outs as o', 'o.user_id', 's.user_id')
    .leftJoin('external_identities as e', (join) =>
      join.onRef('e.id', '=', 's.credential_id').onRef('e.user_id', '=', 's.user_id'),
    )
    .selectAll('s')
    .select(['u.name', 'u.role', 'p.must_change'])
    .where('s.expires_at', '>', at)
    .where('u.status', '=', 'active')
    .where((eb) =>
      eb.or([eb('o.sequence', 'is', null), eb('s.sequence', '>', eb.ref('o.sequence'))]),
    )
    .where((eb) =>
      eb.or([
        eb('p.credential_id', '=', eb.ref('s.credential_id')),
        eb('p.kept_sign_in_id', '=', eb.ref('s.id')),
        eb('e.id', 'is not', null),
      ]),
    );

/** The sign-ins by which a user gets in at `at`, the one seen last first. Where they began are personal texts. */
export async function listSignIns(
  db: Kysely<IdentityTables>,
  userId: string,
  at: string,
): Promise<Omit<SignInView, 'current'>[]> {
  const rows = await liveSignIns(db, at)
    .where('s.user_id', '=', userId)
    .orderBy('s.last_seen_at', 'desc')
    .orderBy('s.id', 'desc')
    .limit(LISTED_MAX)
    .execute();
  return rows.map(({ id, created_at, last_seen_at, expires_at, ip, user_agent }) => ({
    ...{ id, created_at, last_seen_at, expires_at, ip, user_agent },
  }));
}

/** Says whether a user gets in by that sign-in at `at`. */
export async function hasSignIn(
  db: Kysely<IdentityTables>,
  { userId, signInId }: Readonly<{ userId: string; signInId: string }>,
  at: string,
): Promise<boolean> {
  const query = liveSignIns(db, at).where('s.id', '=', signInId).where('s.user_id', '=', userId);
  return (await query.executeTakeFirst()) !== undefined;
}

/** Sign-ins of a user that had expired at `at`, oldest first; the next time finds what is over the limit. */
export async function listExpired(
  db: Kysely<IdentityTables>,
  userId: string,
  at: string,
): Promise<string[]> {
  const rows = await db
    .selectFrom('sign_ins')
    .select('id')
    .where('user_id', '=', userId)
    .where('expires_at', '<=', at)
    .orderBy('expires_at')
    .limit(DROPPED_AT_ONCE_MAX)
    .execute();
  return rows.map((row) => row.id);
}
