import type { AppSpec, CatalogEvent } from '#shared/contracts/catalog.js';
import { rowModel } from '#shared/es/read-model.js';

export type ApplicationRow = AppSpec & { id: string; version: number };

/** The catalogue, one row an app (S-28), with the version that ETag and If-Match speak of. */
export const applications = rowModel<CatalogEvent, ApplicationRow>({
  table: 'applications',
  version: 1,
  key: 'id',
  keysOf: (event) =>
    'appId' in event.data && event.type !== 'AppLaunched' ? [event.data.appId] : [],
  project(row, event, id) {
    switch (event.type) {
      case 'AppRegistered':
      case 'AppRevised':
        return { id, ...event.data.app, version: event.sequence };
      case 'AppRetired':
        return undefined;
      case 'AppAccessGranted':
      case 'AppAccessWithdrawn':
        return row && { ...row, version: event.sequence };
      case 'AppLaunched':
      case 'CatalogueSeedStarted':
      case 'CatalogueSeeded':
      case 'AttemptRefused':
        return row;
    }
  },
});
