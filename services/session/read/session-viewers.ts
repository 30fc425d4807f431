import type { ViewerMode } from '#shared/contracts/session.js';
import type { ViewerEvent } from '#shared/contracts/sharing.js';
import { partsOf } from '#shared/es/commit.js';
import { rowModel } from '#shared/es/read-model.js';

export type ViewerRow = {
  id: string;
  session_id: string;
  /** Who watches. */
  user_id: string;
  mode: ViewerMode;
  share_id: string | null;
  gateway_id: string;
  /** Grows from viewer to viewer of one gateway. */
  join_order: number;
  since: string;
};

/** Who has which desktop on screen now, one row a viewer; those who have left are in the trail. */
export const sessionViewers = rowModel<ViewerEvent, ViewerRow>({
  table: 'session_viewers',
  version: 1,
  key: 'id',
  keysOf(event) {
    const { aggregate, id } = partsOf(event.stream);
    return aggregate === 'viewer' ? [id] : [];
  },
  project(_, event, id) {
    if (event.type === 'ViewerLeft') return undefined;
    const { data, cloud } = event;
    return {
      id,
      session_id: data.sessionId,
      user_id: data.watcherId,
      mode: data.mode,
      share_id: data.shareId,
      gateway_id: data.gatewayId,
      join_order: data.order,
      since: cloud.time,
    };
  },
});
