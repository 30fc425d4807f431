/** What this browser remembers (per browser and origin, lost with its site data). */
export const THEME_KEY = 'sortie-theme';
export const COLLAPSED_KEY = 'sortie-collapsed';

export type Theme = 'dark' | 'light';

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
  const value: unknown = attempt(() => JSON.parse(store.getItem(COLLAPSED_KEY) ?? '[]'));
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}

/** Keeps the names of the collapsed categories. */
export function writeCollapsed(store: Store, categories: readonly string[]): void {
  attempt(() => store.setItem(COLLAPSED_KEY, JSON.stringify(categories)));
}

// Storage throws when the browser blocks it or when it is full; the page works without.
function attempt<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}
