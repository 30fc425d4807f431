import type { CatalogEvent } from '#shared/contracts/catalog.js';
import { rowModel } from '#shared/es/read-model.js';

export type ApprovalRow = { id: string; app_id: string; user_id: string };

const keyOf = (appId: string, userId: string): string => `${appId}/${userId}`;

/** Who may use an app with visibility `approved`, one row an app and user. */
export const approvals = rowModel<CatalogEvent, ApprovalRow>({
  table: 'approvals',
  version: 1,
  key: 'id',
  keysOf(event) {
    if (event.type === 'AppAccessGranted' || event.type === 'AppAccessWithdrawn') {
      return [keyOf(event.data.appId, event.data.userId)];
    }
    if (event.type !== 'AppRetired') return [];
    return event.data.approvedUserIds.map((id) => keyOf(event.data.appId, id));
  },
  project(_, event, id) {
    if (event.type !== 'AppAccessGranted') return undefined;
    return { id, app_id: event.data.appId, user_id: event.data.userId };
  },
});
