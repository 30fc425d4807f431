import type { Kysely } from 'kysely';
import type { CategoryView } from '#shared/contracts/categories.js';
import { decodeCursor, encodeCursor } from '#shared/contracts/page.js';
import type { CatalogTables } from './tables.js';

type Page = Readonly<{ limit: number; cursor?: string | undefined }>;
type Listed = { categories: CategoryView[]; next_cursor?: string };

/** One page of the categories that apps have or people administer, by name; `of` keeps to those that a user administers. */
export async function listCategories(
  db: Kysely<CatalogTables>,
  { limit, cursor }: Page,
  of?: readonly string[],
): Promise<Listed> {
  if (of?.length === 0) return { categories: [] };
  const ofApps = db.selectFrom('applications').select('category').where('category', '!=', '');
  const all = ofApps.union(db.selectFrom('category_administrators').select('category'));
  let query = db
    .selectFrom(all.as('all'))
    .select('category')
    .orderBy('category')
    .limit(limit + 1);
  if (of) query = query.where('category', 'in', of);
  if (cursor) query = query.where('category', '>', String(decodeCursor(cursor) ?? ''));
  const names = (await query.execute()).map((row) => row.category);
  const shown = names.slice(0, limit);
  const administrators = await administratorsOf(db, shown);
  const categories = shown.map((category) => ({
    category,
    administrator_ids: administrators.filter((a) => a.category === category).map((a) => a.user_id),
  }));
  const last = shown.at(-1);
  if (names.length <= limit || last === undefined) return { categories };
  return { categories, next_cursor: encodeCursor(last) };
}

/** Whoever was disabled administers nothing any more. */
function administratorsOf(db: Kysely<CatalogTables>, categories: readonly string[]) {
  if (categories.length === 0) return [];
  return db
    .selectFrom('category_administrators')
    .select(['category', 'user_id'])
    .where('category', 'in', categories)
    .where('user_id', 'not in', (select) => select.selectFrom('disabled_users').select('user_id'))
    .orderBy('user_id')
    .execute();
}
