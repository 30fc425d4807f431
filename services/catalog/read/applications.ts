import type { AppEvent, AppSpec, CatalogEvent } from '#shared/contracts/catalog.js';
import type { RecordedEvent } from '#shared/es/commit.js';
import { rowModel } from '#shared/es/read-model.js';

export type ApplicationRow = AppSpec & { id: string; version: number };

/** The catalogue, one row an app (S-28), with the version that ETag and If-Match speak of. */
export const applications = rowModel<CatalogEvent, ApplicationRow>({
  table: 'applications',
  version: 1,
  key: 'id',
  keysOf: (event) => (isOfApp(event) ? [event.data.appId] : []),
  project: (row, event, id) => (isOfApp(event) ? projectApp(row, event, id) : row),
});

/** Launches, seeds, categories and refused attempts say nothing about an app itself. */
export const isOfApp = (event: RecordedEvent<CatalogEvent>): event is RecordedEvent<AppEvent> =>
  'appId' in event.data && event.type !== 'AppLaunched';

function projectApp(row: ApplicationRow | undefined, event: RecordedEvent<AppEvent>, id: string) {
  switch (event.type) {
    case 'AppRegistered':
    case 'AppRevised':
      return { id, ...event.data.app, version: event.sequence };
    case 'AppRetired':
      return undefined;
    case 'AppAccessGranted':
    case 'AppAccessWithdrawn':
    case 'AppGroupAccessGranted':
    case 'AppGroupAccessWithdrawn':
      return row && { ...row, version: event.sequence };
  }
}
