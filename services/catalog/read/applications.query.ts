import type { ExpressionBuilder, QueryCreator } from 'kysely';
import { type AppView, viewOf } from '#shared/contracts/catalog.js';
import { decodeCursor, encodeCursor } from '#shared/contracts/page.js';
import type { Actor } from '#shared/es/operation.js';
import type { ApplicationRow } from './applications.js';
import type { CatalogTables } from './tables.js';

type Db = QueryCreator<CatalogTables>;
type OfApps = ExpressionBuilder<CatalogTables, 'applications'>;

/** Whoever may see every app, whatever it says about itself. */
export const SEES_EVERYTHING: ReadonlySet<Actor['role']> = new Set(['admin', 'console', 'system']);

/**
 * S-29, the only place that knows it: `public` for all, `approved` for those whom the next expression lets in,
 * `admin_only` for administrators. A disabled user sees nothing.
 */
const visibleTo = (userId: string) => (eb: OfApps) =>
  eb.and([
    eb.or([
      eb('visibility', '=', 'public'),
      eb.and([eb('visibility', '=', 'approved'), approvedFor(userId)(eb)]),
    ]),
    isActive(userId)(eb),
  ]);

/** Who may use an app with visibility `approved`: who is on its list, alone or in a group, and who administers its category. */
const approvedFor = (userId: string) => (eb: OfApps) =>
  eb.or([
    eb('applications.id', 'in', (select) =>
      select.selectFrom('approvals').select('app_id').where('user_id', '=', userId),
    ),
    eb('applications.id', 'in', (select) =>
      select
        .selectFrom('group_approvals as g')
        .innerJoin('group_members as m', 'm.group_id', 'g.group_id')
        .select('g.app_id')
        .where('m.user_id', '=', userId),
    ),
    eb('applications.category', 'in', (select) =>
      select
        .selectFrom('category_administrators as c')
        .select('c.category')
        .where('c.user_id', '=', userId),
    ),
  ]);

const isActive = (userId: string) => (eb: OfApps) =>
  eb.not(
    eb.exists((select) =>
      select.selectFrom('disabled_users').select('user_id').where('user_id', '=', userId),
    ),
  );

const toView = ({ id, version: _version, ...spec }: ApplicationRow): AppView => viewOf(id, spec);

/** The app with its version, if it exists and the actor may see it. */
export async function findApp(
  db: Db,
  actor: Actor,
  id: string,
): Promise<{ app: AppView; version: number } | undefined> {
  let query = db.selectFrom('applications').selectAll().where('id', '=', id);
  if (!SEES_EVERYTHING.has(actor.role)) query = query.where(visibleTo(actor.id));
  const row = await query.executeTakeFirst();
  return row && { app: toView(row), version: row.version };
}

/** One page of the apps that the actor may see, by id. */
export async function listApps(
  db: Db,
  actor: Actor,
  page: { limit: number; cursor?: string | undefined },
): Promise<{ apps: AppView[]; next_cursor?: string }> {
  let query = db
    .selectFrom('applications')
    .selectAll()
    .orderBy('id')
    .limit(page.limit + 1);
  if (page.cursor) query = query.where('id', '>', String(decodeCursor(page.cursor) ?? ''));
  if (!SEES_EVERYTHING.has(actor.role)) query = query.where(visibleTo(actor.id));
  const rows = await query.execute();
  const apps = rows.slice(0, page.limit).map(toView);
  const last = apps.at(-1);
  return rows.length > page.limit && last ? { apps, next_cursor: encodeCursor(last.id) } : { apps };
}

/** Those of some apps that the actor may see, by id. */
export async function visibleAmong(
  db: Db,
  actor: Actor,
  ids: readonly string[],
): Promise<AppView[]> {
  if (ids.length === 0) return [];
  const some = db.selectFrom('applications').selectAll().where('id', 'in', ids).orderBy('id');
  const rows = await some.where(visibleTo(actor.id)).execute();
  return rows.map(toView);
}

/** Whose approval is asked about, for which app. An app that is no more has no list: its last event says who counts. */
type Approval = Readonly<{
  appId: string;
  userId: string;
  groupIds: readonly string[];
  categories: readonly string[];
}>;

/** Says whether a user may use an app while it is `approved`, or is in one of the groups, or administers one of the categories. */
export async function isApproved(
  db: Db,
  { appId, userId, groupIds, categories }: Approval,
): Promise<boolean> {
  const disabled = db.selectFrom('disabled_users').select('user_id').where('user_id', '=', userId);
  if (await disabled.executeTakeFirst()) return false;
  const byList = db
    .selectFrom('applications')
    .select('id')
    .where('id', '=', appId)
    .where(approvedFor(userId));
  if (await byList.executeTakeFirst()) return true;
  const inGroups = db.selectFrom('group_members').select('id').where('user_id', '=', userId);
  const inOne = groupIds.length > 0 && inGroups.where('group_id', 'in', groupIds).limit(1);
  if (inOne && (await inOne.executeTakeFirst())) return true;
  const administered = await listOwnCategories(db, userId);
  return categories.some((category) => administered.includes(category));
}

/** The categories that a user administers. */
export async function listOwnCategories(db: Db, userId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('category_administrators')
    .select('category')
    .where('user_id', '=', userId)
    .where('user_id', 'not in', (select) => select.selectFrom('disabled_users').select('user_id'))
    .orderBy('category')
    .execute();
  return rows.map((row) => row.category);
}

/** The users and groups on the list of an app with visibility `approved`; a group that was deleted is on none. */
export async function listApprovals(
  db: Db,
  appId: string,
): Promise<{ user_ids: string[]; group_ids: string[] }> {
  const users = db.selectFrom('approvals').select('user_id').where('app_id', '=', appId);
  const groups = db
    .selectFrom('group_approvals as g')
    .innerJoin('known_groups as k', 'k.group_id', 'g.group_id')
    .select('g.group_id')
    .where('g.app_id', '=', appId);
  return {
    user_ids: (await users.orderBy('user_id').execute()).map((row) => row.user_id),
    group_ids: (await groups.orderBy('g.group_id').execute()).map((row) => row.group_id),
  };
}

/** Says whether there is a group. */
export async function hasGroup(db: Db, groupId: string): Promise<boolean> {
  const query = db.selectFrom('known_groups').select('group_id').where('group_id', '=', groupId);
  return (await query.executeTakeFirst()) !== undefined;
}
