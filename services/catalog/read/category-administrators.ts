import type { CatalogEvent } from '#shared/contracts/catalog.js';
import { rowModel } from '#shared/es/read-model.js';

export type CategoryAdministratorRow = { id: string; category: string; user_id: string };

/** Who looks after the apps of which category, one row a category and person. */
export const categoryAdministrators = rowModel<CatalogEvent, CategoryAdministratorRow>({
  table: 'category_administrators',
  version: 1,
  key: 'id',
  keysOf: (event) =>
    event.type === 'CategoryAdministratorAppointed' ||
    event.type === 'CategoryAdministratorDismissed'
      ? [`${event.data.userId}/${event.data.category}`]
      : [],
  project(_, event, id) {
    if (event.type !== 'CategoryAdministratorAppointed') return undefined;
    return { id, category: event.data.category, user_id: event.data.userId };
  },
});
