import type { Kysely } from 'kysely';
import { type AppRevision, type AppSpec, type Changes, viewOf } from '#shared/contracts/catalog.js';
import { decodeCursor, encodeCursor } from '#shared/contracts/page.js';
import type { AppRevisionRow } from './app-revisions.js';
import type { CatalogTables } from './tables.js';

type Page = Readonly<{ limit: number; cursor?: string | undefined }>;

/** Whose revisions may be read: all, or those that never left some categories nor were for administrators alone. */
export type RevisionsSeen = 'all' | Readonly<{ categories: readonly string[] }>;

/** One page of an app's revisions, newest first. */
export async function listAppRevisions(
  db: Kysely<CatalogTables>,
  seen: RevisionsSeen,
  { app_id: appId, limit, cursor }: Page & Readonly<{ app_id: string }>,
): Promise<{ revisions: AppRevision[]; next_cursor?: string }> {
  let query = revisionsOf(db, seen, appId)
    .orderBy('version', 'desc')
    .limit(limit + 1);
  // A cursor that is none of ours begins at the newest.
  if (cursor)
    query = query.where('version', '<', Number(decodeCursor(cursor)) || Number.MAX_SAFE_INTEGER);
  const rows = await query.execute();
  const revisions = rows.slice(0, limit).map(toView);
  const last = revisions.at(-1);
  if (rows.length <= limit || !last) return { revisions };
  return { revisions, next_cursor: encodeCursor(last.version) };
}

/** What was said about an app from a version on; undefined when there is no such revision to be seen. */
export async function findDefinition(
  db: Kysely<CatalogTables>,
  seen: RevisionsSeen,
  { appId, version }: Readonly<{ appId: string; version: number }>,
): Promise<AppSpec | undefined> {
  const query = revisionsOf(db, seen, appId).where('version', '=', version);
  const row = await query.executeTakeFirst();
  return row?.app ? (JSON.parse(row.app) as AppSpec) : undefined;
}

function revisionsOf(db: Kysely<CatalogTables>, seen: RevisionsSeen, appId: string) {
  const query = db.selectFrom('app_revisions').selectAll().where('app_id', '=', appId);
  if (seen === 'all') return query;
  const { categories } = seen;
  return query
    .where('category', 'in', categories)
    .where('category_before', 'in', categories)
    .where('visibility', '!=', 'admin_only')
    .where('visibility_before', '!=', 'admin_only');
}

function toView(row: AppRevisionRow): AppRevision {
  const { version, at, user_id: user, action, reverted_to, app_id } = row;
  return {
    ...{ version, at, user, action },
    changes: JSON.parse(row.changes) as Changes as AppRevision['changes'],
    app: row.app === null ? null : viewOf(app_id, JSON.parse(row.app) as AppSpec),
    ...(reverted_to !== null && { reverted_to }),
  };
}
