import type { IdentityEvent } from '#shared/contracts/identity.js';
import { rowModel } from '#shared/es/read-model.js';

export type ExternalIdentityRow = { id: string; user_id: string; issuer: string };

/** Who somebody at a sign-in provider is here. The id stands for issuer and subject, and says nothing about them. */
export const externalIdentities = rowModel<IdentityEvent, ExternalIdentityRow>({
  table: 'external_identities',
  version: 1,
  key: 'id',
  keysOf: (event) => (event.type === 'ExternalIdentityLinked' ? [event.data.linkId] : []),
  project(row, event, id) {
    if (event.type !== 'ExternalIdentityLinked') return row;
    return { id, user_id: event.data.userId, issuer: event.data.issuer };
  },
});
