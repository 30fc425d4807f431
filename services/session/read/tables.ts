import type { DecisionTables } from '#shared/adapters/kysely-decision-store.js';
import type { ShareRow } from './session-shares.js';
import type { ViewerRow } from './session-viewers.js';
import type { SessionRow } from './sessions.js';
import type { ShareGuestRow } from './share-guests.js';
import type { SlotRow } from './slots.js';

export type SessionTables = DecisionTables & {
  sessions: SessionRow;
  session_shares: ShareRow;
  session_viewers: ViewerRow;
  share_guests: ShareGuestRow;
  slots: SlotRow;
};
