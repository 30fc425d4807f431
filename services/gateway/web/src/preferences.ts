/** What this browser remembers (per browser and origin, lost with its site data). */
export const THEME_KEY = 'sortie-theme';
export const COLLAPSED_KEY = 'sortie-collapsed';
const RECENTS_KEY = 'sortie-recents';
const SINGLE_KEYS_KEY = 'sortie-single-keys';
const QUALITY_KEY = 'sortie-quality';

export type Theme = 'dark' | 'light';
export type ThemeChoice = Theme | 'system';

export const RECENTS_MAX = 8;

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Reads the chosen theme; undefined means to follow the system. */
export function readTheme(store: Store): Theme | undefined {
  const value = attempt(() => store.getItem(THEME_KEY));
  return value === 'dark' || value === 'light' ? value : undefined;
}

/** Keeps the chosen theme, or forgets it. */
export function writeTheme(store: Store, theme: Theme | undefined): void {
  attempt(() => (theme ? store.setItem(THEME_KEY, theme) : store.removeItem(THEME_KEY)));
}

/** Reads the names of the collapsed categories; what is no list of names counts as none. */
export function readCollapsed(store: Store): string[] {
  return readList(store, COLLAPSED_KEY);
}

/** Keeps the names of the collapsed categories. */
export function writeCollapsed(store: Store, categories: readonly string[]): void {
  attempt(() => store.setItem(COLLAPSED_KEY, JSON.stringify(categories)));
}

/** Reads the ids of the apps that a person opened last in this browser, the last one first. */
export function readRecents(store: Store, userId: string): string[] {
  return readList(store, `${RECENTS_KEY}:${userId}`);
}

/** Puts an app in front of those opened last, keeps that, and gives the new list. */
export function addRecent(store: Store, userId: string, appId: string): string[] {
  const others = readRecents(store, userId).filter((id) => id !== appId);
  const recents = [appId, ...others].slice(0, RECENTS_MAX);
  attempt(() => store.setItem(`${RECENTS_KEY}:${userId}`, JSON.stringify(recents)));
  return recents;
}

/** Tells whether `/`, `?` and `f` may be used on their own (WCAG 2.2, 2.1.4: they can be turned off). */
export function readSingleKeys(store: Store): boolean {
  return attempt(() => store.getItem(SINGLE_KEYS_KEY)) !== 'off';
}

/** Turns the single-key shortcuts on or off. */
export function writeSingleKeys(store: Store, on: boolean): void {
  attempt(() => (on ? store.removeItem(SINGLE_KEYS_KEY) : store.setItem(SINGLE_KEYS_KEY, 'off')));
}

/** Reads the name of the picture quality that was chosen for desktops, '' when none was. */
export function readQuality(store: Store): string {
  return attempt(() => store.getItem(QUALITY_KEY)) ?? '';
}

/** Keeps the picture quality for desktops. */
export function writeQuality(store: Store, name: string): void {
  attempt(() => store.setItem(QUALITY_KEY, name));
}

function readList(store: Store, key: string): string[] {
  const value: unknown = attempt(() => JSON.parse(store.getItem(key) ?? '[]'));
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}

// Storage throws when the browser blocks it or when it is full; the page works without.
function attempt<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}
