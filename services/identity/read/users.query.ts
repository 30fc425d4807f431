import type { Kysely } from 'kysely';
import type { Account, UserView } from '#shared/contracts/identity.js';
import { decodeCursor, encodeCursor } from '#shared/contracts/page.js';
import type { IdentityTables } from './tables.js';
import { nameKeyOf } from './usernames.js';
import type { UserRow } from './users.js';

type Db = Kysely<IdentityTables>;

const toView = ({ id, name, role, status, created_at }: UserRow): UserView => ({
  id,
  name,
  role,
  status,
  created_at,
});

/** A user with what the user signs in with. */
export type Known = Readonly<{
  account: Account;
  isActive: boolean;
  /** Undefined for a user without a password. */
  password: { userId: string; credentialId: string; sealedHash: string } | undefined;
}>;

/** The user of that name, in any case. */
export const findByName = (db: Db, name: string): Promise<Known | undefined> =>
  findKnown(db, 'name_key', nameKeyOf(name));

/** The user of that id. */
export const findById = (db: Db, id: string): Promise<Known | undefined> => findKnown(db, 'id', id);

async function findKnown(
  db: Db,
  column: 'name_key' | 'id',
  value: string,
): Promise<Known | undefined> {
  const row = await db
    .selectFrom('users')
    .leftJoin('passwords', 'passwords.user_id', 'users.id')
    .selectAll('users')
    .select(['credential_id', 'sealed_hash', 'must_change'])
    .where(`users.${column}`, '=', value)
    .executeTakeFirst();
  if (!row) return undefined;
  const { id, name, role, credential_id, sealed_hash, must_change } = row;
  return {
    account: { id, name, role, must_change_password: must_change === 1 },
    isActive: row.status === 'active',
    password:
      credential_id === null || sealed_hash === null
        ? undefined
        : { userId: id, credentialId: credential_id, sealedHash: sealed_hash },
  };
}

/** Who claimed a name, registered or not. */
export async function findHolder(db: Db, name: string): Promise<string | undefined> {
  const query = db.selectFrom('usernames').select('user_id');
  const row = await query.where('name_key', '=', nameKeyOf(name)).executeTakeFirst();
  return row?.user_id;
}

/** The user with its version. */
export async function findUser(
  db: Db,
  id: string,
): Promise<{ user: UserView; version: number } | undefined> {
  const query = db.selectFrom('users').selectAll().where('id', '=', id);
  const row = await query.executeTakeFirst();
  return row && { user: toView(row), version: row.version };
}

/** One page of the users, by name. */
export async function listUsers(
  db: Db,
  page: { limit: number; cursor?: string | undefined },
): Promise<{ users: UserView[]; next_cursor?: string }> {
  let query = db
    .selectFrom('users')
    .selectAll()
    .orderBy('name_key')
    .limit(page.limit + 1);
  if (page.cursor) query = query.where('name_key', '>', String(decodeCursor(page.cursor) ?? ''));
  const rows = await query.execute();
  const users = rows.slice(0, page.limit).map(toView);
  const last = users.at(-1);
  if (rows.length <= page.limit || !last) return { users };
  return { users, next_cursor: encodeCursor(nameKeyOf(last.name)) };
}

/** Names of the users among `ids`; an id of nobody is left out. */
export async function listNames(db: Db, ids: readonly string[]) {
  if (ids.length === 0) return [];
  return db.selectFrom('users').select(['id', 'name']).where('id', 'in', ids).execute();
}

/** Ids of the users who are administrators now. */
export async function listAdministratorIds(db: Db): Promise<string[]> {
  const query = db.selectFrom('users').select('id').where('role', '=', 'admin');
  const rows = await query.where('status', '=', 'active').orderBy('id').execute();
  return rows.map((row) => row.id);
}

/** Says whether anybody was ever registered. */
export async function hasUsers(db: Db): Promise<boolean> {
  return (await db.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined;
}

/** Any password, to try the sealing key on. */
export async function findAnyPassword(db: Db) {
  const query = db.selectFrom('passwords').select(['user_id', 'sealed_hash']).orderBy('user_id');
  const row = await query.limit(1).executeTakeFirst();
  return row && { userId: row.user_id, sealedHash: row.sealed_hash };
}
