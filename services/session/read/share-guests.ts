import type { ViewerMode } from '#shared/contracts/session.js';
import type { ShareEvent } from '#shared/contracts/sharing.js';
import { partsOf, type RecordedEvent } from '#shared/es/commit.js';
import { rowModel } from '#shared/es/read-model.js';

export type ShareGuestRow = {
  /** Share and guest. */
  id: string;
  share_id: string;
  session_id: string;
  owner_id: string;
  guest_id: string;
  mode: ViewerMode;
  since: string;
  expires_at: string;
};

const idOf = (shareId: string, guestId: string): string => `${shareId}.${guestId}`;

/** Whom an event of a share is about. */
function guestsOf({ type, data }: ShareEvent): readonly string[] {
  switch (type) {
    case 'SessionShared':
      return data.guestId === null ? [] : [data.guestId];
    case 'ShareAccepted':
      return [data.guestId];
    case 'ShareModeChanged':
    case 'ShareRevoked':
      return data.guestIds;
  }
}

/** Who may be in which session of somebody else: one row for each person whom a share lets in. */
export const shareGuests = rowModel<ShareEvent, ShareGuestRow>({
  table: 'share_guests',
  version: 1,
  key: 'id',
  keysOf: (event) =>
    partsOf(event.stream).aggregate === 'share'
      ? guestsOf(event).map((guestId) => idOf(event.data.shareId, guestId))
      : [],
  project(row, event, id) {
    switch (event.type) {
      case 'SessionShared':
      case 'ShareAccepted':
        return row ?? guestRow(id, event);
      case 'ShareModeChanged':
        return row && { ...row, mode: event.data.to };
      case 'ShareRevoked':
        return undefined;
    }
  },
});

type LettingIn = Extract<RecordedEvent<ShareEvent>, { type: 'SessionShared' | 'ShareAccepted' }>;

const guestRow = (id: string, { data, cloud }: LettingIn): ShareGuestRow => ({
  id,
  share_id: data.shareId,
  session_id: data.sessionId,
  owner_id: data.userId,
  guest_id: data.guestId ?? '',
  mode: data.mode,
  since: cloud.time,
  expires_at: data.expiresAt,
});
