import type { QueryCreator } from 'kysely';
import type { Account, UserRole, UserView } from '#shared/contracts/identity.js';
import { decodeCursor, encodeCursor } from '#shared/contracts/page.js';
import type { IdentityTables } from './tables.js';
import type { UserRow } from './users.js';

type Db = QueryCreator<IdentityTables>;

/** The same name in any case is the same name. */
export const nameKeyOf = (name: string): string => name.toLowerCase();

const toView = ({ id, name, role, status, created_at }: UserRow): UserView => ({
  id,
  name,
  role,
  status,
  created_at,
});

/** A user with what the user signs in with. The name is a personal text. */
export type Known = Readonly<{
  account: Account;
  isActive: boolean;
  /** Undefined for a user without a password. */
  password: { userId: string; credentialId: string; sealedHash: string } | undefined;
}>;

/** The user of that id. */
export const findKnown = async (db: Db, id: string): Promise<Known | undefined> =>
  knownOf(await known(db).where('users.id', '=', id).executeTakeFirst());

/** The user whom a name belongs to by one of its streams; one who was erased has none any more. */
export const findKnownByStream = async (
  db: Db,
  streamIds: readonly string[],
): Promise<Known | undefined> =>
  knownOf(
    await known(db)
      .innerJoin('usernames', 'usernames.user_id', 'users.id')
      .where('usernames.stream_id', 'in', streamIds)
      .where('users.status', '<>', 'erased')
      .executeTakeFirst(),
  );

const known = (db: Db) =>
  db
    .selectFrom('users')
    .leftJoin('passwords', 'passwords.user_id', 'users.id')
    .selectAll('users')
    .select(['credential_id', 'sealed_hash', 'must_change']);

type KnownRow = UserRow &
  Readonly<{
    credential_id: string | null;
    sealed_hash: string | null;
    must_change: number | null;
  }>;

function knownOf(row: KnownRow | undefined): Known | undefined {
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

/** Who claimed a name by its stream, registered or not, unless that was erased. */
export async function findHolder(db: Db, streamId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('usernames')
    .leftJoin('users', 'users.id', 'usernames.user_id')
    .select(['usernames.user_id', 'users.status'])
    .where('stream_id', '=', streamId)
    .executeTakeFirst();
  return row?.status === 'erased' ? undefined : row?.user_id;
}

/** What stands for the names of these users, here and at sign-in providers. */
export async function listSlots(db: Db, userIds: readonly string[]): Promise<string[]> {
  const names = db.selectFrom('usernames').select('stream_id as slot');
  const elsewhere = db.selectFrom('external_identities').select('id as slot');
  const rows = await names
    .where('user_id', 'in', userIds)
    .unionAll(elsewhere.where('user_id', 'in', userIds))
    .execute();
  return rows.map((row) => row.slot);
}

/** Those of these users who were erased. */
export async function erasedAmong(db: Db, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const query = db.selectFrom('users').select('id').where('status', '=', 'erased');
  const rows = await query.where('id', 'in', ids).execute();
  return new Set(rows.map((row) => row.id));
}

/** Everybody, with the name as it is kept. */
export const listPeople = (db: Db) =>
  db.selectFrom('users').select(['id', 'name', 'status']).execute();

/** The user with its version. */
export async function findUser(
  db: Db,
  id: string,
): Promise<{ user: UserView; version: number } | undefined> {
  const query = db.selectFrom('users').selectAll().where('id', '=', id);
  const row = await query.executeTakeFirst();
  return row && { user: toView(row), version: row.version };
}

/** Which users are wanted, and which page of them. */
export type UsersAsked = Readonly<{
  limit: number;
  cursor?: string | undefined;
  /** Part of the name, in any case. */
  query?: string | undefined;
  role?: UserRole | undefined;
}>;

/**
 * One page of the users, by name. No database can search or sort by what it can't read, so everybody is read, opened
 * and sorted here: a millisecond for each hundred users or so.
 */
export async function listUsers(
  db: Db,
  { limit, cursor, query, role }: UsersAsked,
  opened: (rows: UserRow[]) => Promise<UserRow[]>,
): Promise<{ users: UserView[]; next_cursor?: string }> {
  const asked = db.selectFrom('users').selectAll();
  const rows = await (role ? asked.where('role', '=', role) : asked).execute();
  const wanted = nameKeyOf(query ?? '');
  const after = cursor === undefined ? '' : String(decodeCursor(cursor) ?? '');
  const sorted = (await opened(rows))
    .map((row) => ({ row, key: `${nameKeyOf(row.name)} ${row.id}` }))
    .filter(({ row, key }) => key > after && nameKeyOf(row.name).includes(wanted))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const users = sorted.slice(0, limit).map(({ row }) => toView(row));
  const last = sorted[limit - 1];
  return sorted.length <= limit || !last
    ? { users }
    : { users, next_cursor: encodeCursor(last.key) };
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
