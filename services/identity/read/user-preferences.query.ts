import type { Kysely } from 'kysely';
import type { PreferencesView } from '#shared/contracts/preferences.js';
import type { IdentityTables } from './tables.js';

/** What somebody has who has never said anything: the page looks as the browser does. */
export const DEFAULT_PREFERENCES: PreferencesView = {
  theme: 'system',
  collapsed_categories: [],
  favorites: [],
  updated_at: null,
};

/** How a user likes the page to be, with the version; undefined when the user has never said. */
export async function findPreferences(
  db: Kysely<IdentityTables>,
  userId: string,
): Promise<{ preferences: PreferencesView; version: number } | undefined> {
  const query = db.selectFrom('user_preferences').selectAll().where('user_id', '=', userId);
  const row = await query.executeTakeFirst();
  if (!row) return undefined;
  const { theme, updated_at, version } = row;
  const preferences = {
    theme,
    collapsed_categories: JSON.parse(row.collapsed_categories) as string[],
    favorites: JSON.parse(row.favorites) as string[],
    updated_at,
  };
  return { preferences, version };
}
