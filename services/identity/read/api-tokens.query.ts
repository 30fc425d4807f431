import type { Kysely } from 'kysely';
import type { Account } from '#shared/contracts/identity.js';
import type { ApiTokenView } from '#shared/contracts/ways-in.js';
import { type Scope, SCOPES } from '#shared/es/operation.js';
import type { ApiTokenRow } from './api-tokens.js';
import type { IdentityTables } from './tables.js';

type Db = Kysely<IdentityTables>;

/** A token that lets its user in. */
export type LiveApiToken = Readonly<{
  id: string;
  account: Account;
  scopes: Scope[];
  expiresAt: string;
  lastUsedAt: string | null;
}>;

/**
 * The token with that hash, if it lets anybody in at `at`: not revoked, not expired, its user active and in the role
 * that it was issued to.
 */
export async function findLiveApiToken(
  db: Db,
  tokenHash: string,
  at: string,
): Promise<LiveApiToken | undefined> {
  const row = await liveTokens(db, at).where('t.token_hash', '=', tokenHash).executeTakeFirst();
  if (!row) return undefined;
  return {
    id: row.id,
    account: {
      ...{ id: row.user_id, name: row.user_name, role: row.user_role },
      must_change_password: row.must_change === 1,
    },
    scopes: scopesOf(row),
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  };
}

/** A token's user and end, if it lets anybody in at `at`. */
export async function findLiveApiTokenById(
  db: Db,
  tokenId: string,
  at: string,
): Promise<{ userId: string; expiresAt: string } | undefined> {
  const row = await liveTokens(db, at).where('t.id', '=', tokenId).executeTakeFirst();
  return row && { userId: row.user_id, expiresAt: row.expires_at };
}

const liveTokens = (db: Db, at: string) =>
  db
    .selectFrom('api_tokens as t')
    .innerJoin('users as u', 'u.id', 't.user_id')
    .leftJoin('passwords as p', 'p.user_id', 't.user_id')
    .selectAll('t')
    .select(['u.name as user_name', 'u.role as user_role', 'p.must_change'])
    .where('t.expires_at', '>', at)
    .where('u.status', '=', 'active')
    .whereRef('u.role', '=', 't.role');

/** The tokens of a user that have not been revoked, newest first. */
export async function listApiTokens(db: Db, userId: string, at: string): Promise<ApiTokenView[]> {
  const rows = await db
    .selectFrom('api_tokens as t')
    .innerJoin('users as u', 'u.id', 't.user_id')
    .selectAll('t')
    .select(['u.role as user_role', 'u.status as user_status'])
    .where('t.user_id', '=', userId)
    .orderBy('t.issued_at', 'desc')
    .orderBy('t.id', 'desc')
    .execute();
  return rows.map((row) => ({
    ...{ id: row.id, name: row.name, scopes: scopesOf(row), created_at: row.issued_at },
    ...{ expires_at: row.expires_at, last_used_at: row.last_used_at },
    active: row.expires_at > at && row.role === row.user_role && row.user_status === 'active',
  }));
}

const scopesOf = ({ scopes }: Pick<ApiTokenRow, 'scopes'>): Scope[] => {
  const named = scopes.split(' ');
  return SCOPES.filter((scope) => named.includes(scope));
};
