import type { KeptPreferences } from './api-types.js';
import type { ThemeChoice } from './preferences.js';

/** What follows a person from browser to browser, as the server keeps it. */
export interface Preferences {
  theme: ThemeChoice;
  collapsed_categories: readonly string[];
  favorites: readonly string[];
}

type OfBrowser = Omit<Preferences, 'favorites'>;

/**
 * Gives what holds after a sign-in. What the person once chose anywhere wins over what this browser was told while
 * nobody was signed in; only who never chose anything takes that along.
 */
export function mergePreferences(kept: KeptPreferences, browser: OfBrowser): Preferences {
  return kept.updated_at === null ? { ...kept, ...browser } : kept;
}

/** Tells whether two sets of preferences say the same. */
export function samePreferences(one: Preferences, other: Preferences): boolean {
  return (
    one.theme === other.theme &&
    sameList(one.collapsed_categories, other.collapsed_categories) &&
    sameList(one.favorites, other.favorites)
  );
}

/** Takes something into a list, or out of it. */
export function toggled(list: readonly string[], item: string, on: boolean): string[] {
  const others = list.filter((each) => each !== item);
  return on ? [...others, item] : others;
}

function sameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, at) => item === other[at]);
}
