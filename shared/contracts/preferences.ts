import { z } from 'zod';
import { STREAM_ID } from '#shared/es/commit.js';
import type { Message } from '#shared/es/decider.js';
import { operationsOf, PEOPLE } from '#shared/es/operation.js';

export const THEMES = ['dark', 'light', 'system'] as const;
const CATEGORIES_MAX = 200;
const CATEGORY_LENGTH_MAX = 60;
const FAVORITES_MAX = 500;

const fields = {
  theme: z.enum(THEMES),
  collapsed_categories: z.array(z.string().max(CATEGORY_LENGTH_MAX)).max(CATEGORIES_MAX),
  favorites: z
    .array(z.string().regex(STREAM_ID, 'is no app id'))
    .max(FAVORITES_MAX)
    .describe('Ids of apps'),
};

/** How a person likes the page to be (S-26), wherever the person signs in (S-27). */
export const preferencesView = z.object({
  ...fields,
  updated_at: z
    .string()
    .nullable()
    .describe('RFC 3339, UTC; null when nothing was ever kept, and these are the defaults'),
});
export type PreferencesView = z.infer<typeof preferencesView>;

export type PreferencesKept = Message<
  'PreferencesKept',
  {
    userId: string;
    theme: (typeof THEMES)[number];
    collapsedCategories: readonly string[];
    favorites: readonly string[];
  }
>;

const { command, query } = operationsOf('identity');

export const ShowPreferences = query('ShowPreferences', {
  allow: PEOPLE,
  data: z.strictObject({}),
  result: preferencesView,
});
export const KeepPreferences = command('KeepPreferences', {
  allow: PEOPLE,
  data: z.strictObject(fields),
  result: preferencesView,
});

export const preferencesOperations = [ShowPreferences, KeepPreferences] as const;
