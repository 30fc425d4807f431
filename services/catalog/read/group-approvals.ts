import type { CatalogEvent } from '#shared/contracts/catalog.js';
import { rowModel } from '#shared/es/read-model.js';

export type GroupApprovalRow = { id: string; app_id: string; group_id: string };

const keyOf = (appId: string, groupId: string): string => `${appId}/${groupId}`;

/** Whose members may use an app with visibility `approved`, one row an app and group. A group that was deleted has no members. */
export const groupApprovals = rowModel<CatalogEvent, GroupApprovalRow>({
  table: 'group_approvals',
  version: 1,
  key: 'id',
  keysOf(event) {
    if (event.type === 'AppGroupAccessGranted' || event.type === 'AppGroupAccessWithdrawn') {
      return [keyOf(event.data.appId, event.data.groupId)];
    }
    if (event.type !== 'AppRetired') return [];
    return (event.data.approvedGroupIds ?? []).map((id) => keyOf(event.data.appId, id));
  },
  project(_, event, id) {
    if (event.type !== 'AppGroupAccessGranted') return undefined;
    return { id, app_id: event.data.appId, group_id: event.data.groupId };
  },
});
