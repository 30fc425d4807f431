import type { IdentityEvent } from '#shared/contracts/identity.js';
import { rowModel } from '#shared/es/read-model.js';

export type SignOutRow = {
  user_id: string;
  /** Place in the log: sign-ins that stand before it have ended. */
  sequence: number;
};

/** When all sign-ins of a user were ended last. */
export const signOutsTable = rowModel<IdentityEvent, SignOutRow>({
  table: 'sign_outs',
  version: 1,
  key: 'user_id',
  keysOf: (event) => (event.type === 'SignedOutEverywhere' ? [event.data.userId] : []),
  project: (_, event, user_id) => ({ user_id, sequence: event.sequence }),
});
