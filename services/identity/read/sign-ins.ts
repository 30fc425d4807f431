import type { IdentityEvent } from '#shared/contracts/identity.js';
import { rowModel } from '#shared/es/read-model.js';

export type SignInRow = {
  id: string;
  user_id: string;
  /** What it was verified against: it ends with it. */
  credential_id: string;
  token_hash: string;
  issued_at: string;
  /** The token before, for the requests that were under way with it. */
  previous_token_hash: string | null;
  previous_valid_until: string | null;
  created_at: string;
  expires_at: string;
  last_seen_at: string;
  /** Where it began: personal texts. */
  ip: string | null;
  user_agent: string | null;
  /** Its place in the log. */
  sequence: number;
};

/**
 * Sign-ins that have not been ended. Those that a new password or a disabled user ended stay as rows that let nobody
 * in; expired ones go when their user signs in again.
 */
export const signIns = rowModel<IdentityEvent, SignInRow>({
  table: 'sign_ins',
  // 2: where it began, when it was seen last, its place in the log.
  version: 2,
  key: 'id',
  keysOf(event) {
    if (event.type === 'SignedIn') return [event.data.signInId, ...event.data.droppedSignInIds];
    if (event.type === 'SignInRotated' || event.type === 'SignedOut') return [event.data.signInId];
    return [];
  },
  project(row, event, id) {
    if (event.type === 'SignedIn' && event.data.signInId === id) {
      const { userId, credentialId, tokenHash, issuedAt, expiresAt } = event.data;
      return {
        id,
        user_id: userId,
        credential_id: credentialId,
        token_hash: tokenHash,
        issued_at: issuedAt,
        previous_token_hash: null,
        previous_valid_until: null,
        created_at: event.cloud.time,
        expires_at: expiresAt,
        last_seen_at: event.cloud.time,
        ip: event.cloud.actorip ?? null,
        user_agent: event.cloud.useragent ?? null,
        sequence: event.sequence,
      };
    }
    if (event.type !== 'SignInRotated') return undefined;
    const { tokenHash, issuedAt, previousTokenHash, previousValidUntil } = event.data;
    return (
      row && {
        ...row,
        token_hash: tokenHash,
        issued_at: issuedAt,
        previous_token_hash: previousTokenHash,
        previous_valid_until: previousValidUntil,
        last_seen_at: event.cloud.time,
      }
    );
  },
});
