import { signal } from '@preact/signals';
import type { Category } from './api-types.js';
import { get } from './api.js';

const ALL = 1_000;

/** The categories whose apps the person was appointed to look after, by name; undefined until they are loaded. */
export const ownCategories = signal<readonly string[] | undefined>(undefined);

/** Loads what the person looks after; what cannot be loaded is as it was. */
export async function loadOwnCategories(userId: string): Promise<void> {
  const found = await get<{ categories: Category[] }>('/categories', { limit: ALL }).catch(
    () => undefined,
  );
  // Auditors are told all categories there are, not only theirs.
  const own = found?.categories.filter(({ administrator_ids: ids }) => ids.includes(userId));
  ownCategories.value = own?.map(({ category }) => category) ?? ownCategories.value ?? [];
}

/** Forgets what was looked after by whoever signed out. */
export function forgetOwnCategories(): void {
  ownCategories.value = undefined;
}
