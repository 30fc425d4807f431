import type { IdentityEvent } from '#shared/contracts/identity.js';
import { rowModel } from '#shared/es/read-model.js';

export type ApiTokenRow = {
  id: string;
  user_id: string;
  name: string;
  /** With a space between them. */
  scopes: string;
  /** What its user was when it was issued: it ends with it. */
  role: string;
  token_hash: string;
  issued_at: string;
  expires_at: string;
  last_used_at: string | null;
};

/** API tokens that have not been revoked; expired ones go when their user gets another. */
export const apiTokensTable = rowModel<IdentityEvent, ApiTokenRow>({
  table: 'api_tokens',
  version: 1,
  key: 'id',
  keysOf(event) {
    if (event.type === 'ApiTokenIssued') return [event.data.tokenId, ...event.data.droppedTokenIds];
    if (event.type === 'ApiTokenRevoked' || event.type === 'ApiTokenUsed') {
      return [event.data.tokenId];
    }
    return [];
  },
  project(row, event, id) {
    if (event.type === 'ApiTokenUsed') return row && { ...row, last_used_at: event.data.at };
    if (event.type !== 'ApiTokenIssued' || event.data.tokenId !== id) return undefined;
    const { userId, name, scopes, role, tokenHash, issuedAt, expiresAt } = event.data;
    return {
      ...{ id, user_id: userId, name, scopes: scopes.join(' '), role, token_hash: tokenHash },
      ...{ issued_at: issuedAt, expires_at: expiresAt, last_used_at: null },
    };
  },
});
