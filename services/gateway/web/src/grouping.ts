import type { App } from './api-types.js';

export const NO_CATEGORY = 'Other';

export interface AppGroup {
  category: string;
  apps: App[];
}

/** Keeps the apps that contain every word of `query`, those whose name starts with it first. */
export function searchApps(apps: readonly App[], query: string): App[] {
  const words = fold(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...apps];
  const found = apps.filter((app) => {
    const text = fold(`${app.name} ${app.category} ${app.description}`);
    return words.every((word) => text.includes(word));
  });
  const rank = (app: App): number => {
    const name = fold(app.name);
    if (name.startsWith(words[0] ?? '')) return 0;
    return name.includes(words[0] ?? '') ? 1 : 2;
  };
  return found.toSorted((one, other) => rank(one) - rank(other));
}

/** Puts apps into their categories, both by name; apps without one come last. */
export function groupApps(apps: readonly App[]): AppGroup[] {
  const groups = new Map<string, App[]>();
  for (const app of apps) {
    const category = app.category.trim() || NO_CATEGORY;
    groups.set(category, [...(groups.get(category) ?? []), app]);
  }
  return [...groups]
    .map(([category, members]) => ({ category, apps: members.toSorted(byName) }))
    .toSorted((one, other) => {
      const last = Number(one.category === NO_CATEGORY) - Number(other.category === NO_CATEGORY);
      return last || one.category.localeCompare(other.category);
    });
}

function byName(one: App, other: App): number {
  return one.name.localeCompare(other.name, undefined, { numeric: true });
}

/** Writes a text as it is compared: without case and accents. */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
