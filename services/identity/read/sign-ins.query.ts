import type { Kysely } from 'kysely';
import type { Account } from '#shared/contracts/identity.js';
import type { IdentityTables } from './tables.js';

const DROPPED_AT_ONCE_MAX = 50;

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

/** When a sign-in ends, if it lets anybody in at `at`. */
export async function findExpiry(
  db: Kysely<IdentityTables>,
  signInId: string,
  at: string,
): Promise<string | undefined> {
  const row = await liveSignIns(db, at).where('s.id', '=', signInId).executeTakeFirst();
  return row?.expires_at;
}

const liveSignIns = (db: Kysely<IdentityTables>, at: string) =>
  db
    .selectFrom('sign_ins as s')
    .innerJoin('users as u', 'u.id', 's.user_id')
    .leftJoin('passwords as p', 'p.user_id', 's.user_id')
    .selectAll('s')
    .select(['u.name', 'u.role', 'p.must_change'])
    .where('s.expires_at', '>', at)
    .where('u.status', '=', 'active')
    .where((eb) =>
      eb.or([
        eb('p.credential_id', '=', eb.ref('s.credential_id')),
        eb('p.kept_sign_in_id', '=', eb.ref('s.id')),
      ]),
    );

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
