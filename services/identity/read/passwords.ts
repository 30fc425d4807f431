import type { IdentityEvent, PasswordCredential } from '#shared/contracts/identity.js';
import { rowModel } from '#shared/es/read-model.js';

export type PasswordRow = {
  user_id: string;
  credential_id: string;
  sealed_hash: string;
  must_change: number;
  /** The sign-in that the last change of the password left alive though it was made with the one before. */
  kept_sign_in_id: string | null;
};

/** The current password of each user who has one, apart from the user: it is one way to sign in, not the only one. */
export const passwords = rowModel<IdentityEvent, PasswordRow>({
  table: 'passwords',
  // 2: none of those who were erased.
  version: 2,
  key: 'user_id',
  keysOf: (event) =>
    event.type === 'UserRegistered' ||
    event.type === 'PasswordChanged' ||
    event.type === 'PersonErased'
      ? [event.data.userId]
      : [],
  project(row, event, userId) {
    if (event.type === 'PasswordChanged') {
      return rowOf(userId, event.data.password, event.data.keptSignInId);
    }
    if (event.type === 'UserRegistered' && event.data.password) {
      return rowOf(userId, event.data.password, null);
    }
    return event.type === 'PersonErased' ? undefined : row;
  },
});

const rowOf = (
  user_id: string,
  { credentialId, sealedHash, mustChange }: PasswordCredential,
  kept_sign_in_id: string | null,
): PasswordRow => ({
  user_id,
  credential_id: credentialId,
  sealed_hash: sealedHash,
  must_change: mustChange ? 1 : 0,
  kept_sign_in_id,
});
