import type { IdentityEvent } from '#shared/contracts/identity.js';
import { rowModel } from '#shared/es/read-model.js';

/** S-26, with the version that ETag speaks of. */
export type UserPreferencesRow = {
  user_id: string;
  theme: 'dark' | 'light' | 'system';
  /** JSON. */
  collapsed_categories: string;
  /** JSON of ids of apps. */
  favorites: string;
  updated_at: string;
  version: number;
};

/** How each user who ever said so likes the page to be (S-26, S-27). */
export const userPreferences = rowModel<IdentityEvent, UserPreferencesRow>({
  table: 'user_preferences',
  version: 1,
  key: 'user_id',
  keysOf: (event) =>
    event.type === 'PreferencesKept' || event.type === 'PersonErased' ? [event.data.userId] : [],
  project(row, event, user_id) {
    if (event.type === 'PersonErased') return undefined;
    if (event.type !== 'PreferencesKept') return row;
    const { theme, collapsedCategories, favorites } = event.data;
    return {
      ...{ user_id, theme },
      collapsed_categories: JSON.stringify(collapsedCategories),
      favorites: JSON.stringify(favorites),
      ...{ updated_at: event.cloud.time, version: event.sequence },
    };
  },
});
