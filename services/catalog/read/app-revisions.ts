import type { AppSpec, CatalogEvent, Changes } from '#shared/contracts/catalog.js';
import type { RecordedEvent } from '#shared/es/commit.js';
import { rowModel } from '#shared/es/read-model.js';

export type AppRevisionRow = {
  id: string;
  /** The sequence of the commit that made it: the app's version from then on. */
  version: number;
  app_id: string;
  at: string;
  user_id: string;
  action: 'registered' | 'revised' | 'reverted' | 'retired';
  reverted_to: number | null;
  /** JSON. */
  changes: string;
  /** JSON of what was said about the app; null once it was retired. */
  app: string | null;
  /** Where it was before and after: who sees only one side of a change must not read the other in it. */
  category: string | null;
  category_before: string | null;
  visibility: string;
  visibility_before: string;
};

type Told = Pick<AppRevisionRow, 'action' | 'reverted_to' | 'changes' | 'app'> &
  Pick<AppRevisionRow, 'category' | 'category_before' | 'visibility' | 'visibility_before'>;

/** Every definition that an app ever had, one row a revision, for good: also of apps that were retired. */
export const appRevisions = rowModel<CatalogEvent, AppRevisionRow>({
  table: 'app_revisions',
  version: 1,
  key: 'id',
  keysOf: (event) =>
    toldOf(event) && 'appId' in event.data ? [`${event.data.appId}/${event.sequence}`] : [],
  project(row, event, id) {
    const told = toldOf(event);
    if (!told || !('appId' in event.data)) return row;
    const { sequence: version, cloud } = event;
    return { id, version, app_id: event.data.appId, at: cloud.time, user_id: cloud.actor, ...told };
  },
});

function toldOf(event: RecordedEvent<CatalogEvent>): Told | undefined {
  if (event.type === 'AppRegistered') {
    return { action: 'registered', reverted_to: null, ...definition(event.data.app, {}) };
  }
  if (event.type === 'AppRevised') {
    const { app, changes, revertedTo } = event.data;
    const action = revertedTo === undefined ? 'revised' : 'reverted';
    return { action, reverted_to: revertedTo ?? null, ...definition(app, changes) };
  }
  if (event.type !== 'AppRetired') return undefined;
  const { visibility, category = null } = event.data;
  return {
    ...{ action: 'retired', reverted_to: null, changes: '{}', app: null },
    ...{ category, category_before: category, visibility, visibility_before: visibility },
  };
}

function definition(app: AppSpec, changes: Changes) {
  const { category, visibility } = app;
  const before = (field: 'category' | 'visibility'): string => {
    const from = changes[field]?.from;
    return typeof from === 'string' ? from : app[field];
  };
  return {
    ...{ changes: JSON.stringify(changes), app: JSON.stringify(app) },
    ...{ category, category_before: before('category') },
    ...{ visibility, visibility_before: before('visibility') },
  };
}
