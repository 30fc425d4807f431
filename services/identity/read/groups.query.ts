import type { QueryCreator } from 'kysely';
import type { GroupListed, GroupView } from '#shared/contracts/groups.js';
import { decodeCursor, encodeCursor } from '#shared/contracts/page.js';
import type { IdentityTables } from './tables.js';

type Db = QueryCreator<IdentityTables>;

/** The group with all who are in it, and its version. */
export async function findGroup(
  db: Db,
  id: string,
): Promise<{ group: GroupView; version: number } | undefined> {
  const row = await db
    .selectFrom('user_groups')
    .select(['name', 'version'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) return undefined;
  const members = await db
    .selectFrom('group_members')
    .select('user_id')
    .where('group_id', '=', id)
    .orderBy('user_id')
    .execute();
  const member_ids = members.map(({ user_id }) => user_id);
  return { group: { id, name: row.name, member_ids }, version: row.version };
}

/** One page of the groups, by name. */
export async function listGroups(
  db: Db,
  { limit, cursor }: Readonly<{ limit: number; cursor?: string | undefined }>,
): Promise<{ groups: GroupListed[]; next_cursor?: string }> {
  let query = db
    .selectFrom('user_groups')
    .select(['id', 'name', 'name_key', 'members'])
    .orderBy('name_key')
    .orderBy('id')
    .limit(limit + 1);
  if (cursor) query = query.where('name_key', '>', String(decodeCursor(cursor) ?? ''));
  const rows = await query.execute();
  const shown = rows.slice(0, limit);
  const groups = shown.map(({ id, name, members }) => ({ id, name, members }));
  const last = shown.at(-1);
  if (rows.length <= limit || !last) return { groups };
  return { groups, next_cursor: encodeCursor(last.name_key) };
}
