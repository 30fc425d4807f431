import type { ExpressionBuilder, Kysely } from 'kysely';
import { type AppView, viewOf } from '#shared/contracts/catalog.js';
import { decodeCursor, encodeCursor } from '#shared/contracts/page.js';
import type { Actor } from '#shared/es/operation.js';
import type { ApplicationRow } from './applications.js';
import type { CatalogTables } from './tables.js';

const SEES_EVERYTHING = new Set<Actor['role']>(['admin', 'console', 'system']);

/** S-29, the only place that knows it: `public` for all, `approved` for those on the list, `admin_only` for administrators. */
const visibleTo = (actor: Actor) => (eb: ExpressionBuilder<CatalogTables, 'applications'>) =>
  eb.or([
    eb('visibility', '=', 'public'),
    eb.and([
      eb('visibility', '=', 'approved'),
      eb('id', 'in', (select) =>
        select.selectFrom('approvals').select('app_id').where('user_id', '=', actor.id),
      ),
    ]),
  ]);

const toView = ({ id, version: _version, ...spec }: ApplicationRow): AppView => viewOf(id, spec);

/** The app with its version, if it exists and the actor may see it. */
export async function findApp(
  db: Kysely<CatalogTables>,
  actor: Actor,
  id: string,
): Promise<{ app: AppView; version: number } | undefined> {
  let query = db.selectFrom('applications').selectAll().where('id', '=', id);
  if (!SEES_EVERYTHING.has(actor.role)) query = query.where(visibleTo(actor));
  const row = await query.executeTakeFirst();
  return row && { app: toView(row), version: row.version };
}

/** One page of the apps that the actor may see, by id. */
export async function listApps(
  db: Kysely<CatalogTables>,
  actor: Actor,
  page: { limit: number; cursor?: string | undefined },
): Promise<{ apps: AppView[]; next_cursor?: string }> {
  let query = db
    .selectFrom('applications')
    .selectAll()
    .orderBy('id')
    .limit(page.limit + 1);
  if (page.cursor) query = query.where('id', '>', String(decodeCursor(page.cursor) ?? ''));
  if (!SEES_EVERYTHING.has(actor.role)) query = query.where(visibleTo(actor));
  const rows = await query.execute();
  const apps = rows.slice(0, page.limit).map(toView);
  const last = apps.at(-1);
  return rows.length > page.limit && last ? { apps, next_cursor: encodeCursor(last.id) } : { apps };
}

/** The users on the list of an app with visibility `approved`. */
export async function listApprovals(db: Kysely<CatalogTables>, appId: string): Promise<string[]> {
  const query = db.selectFrom('approvals').select('user_id').where('app_id', '=', appId);
  const rows = await query.orderBy('user_id').execute();
  return rows.map((row) => row.user_id);
}
