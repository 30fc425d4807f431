import type { PreferencesKept } from '#shared/contracts/preferences.js';
import { accept, type Decider, type Message } from '#shared/es/decider.js';

type Kept = PreferencesKept['data'];

/** How a user likes the page to be; null while the user has never said. */
export type Preferences = Kept | null;

/** What one user has chosen, whole: the last one to choose has chosen. */
export const preferences: Decider<
  Message<'KeepPreferences', Kept>,
  PreferencesKept,
  Preferences
> = {
  initialState: null,
  evolve: (_, { data }) => data,
  decide: ({ data }, kept) =>
    kept && isSame(kept, data) ? accept() : accept({ type: 'PreferencesKept', data }),
};

const isSame = (one: Kept, other: Kept): boolean =>
  one.theme === other.theme &&
  isSameList(one.collapsedCategories, other.collapsedCategories) &&
  isSameList(one.favorites, other.favorites);

const isSameList = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((item, i) => item === other[i]);
