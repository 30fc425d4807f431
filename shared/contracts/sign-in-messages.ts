import type { Message } from '#shared/es/decider.js';

export type SignedIn = Message<
  'SignedIn',
  {
    signInId: string;
    userId: string;
    credentialId: string;
    /** SHA-256 of 32 random bytes: nothing to guess. */
    tokenHash: string;
    issuedAt: string;
    expiresAt: string;
    /** Sign-ins of the same user that had expired by then. */
    droppedSignInIds: readonly string[];
  }
>;
export type SignInRotated = Message<
  'SignInRotated',
  {
    signInId: string;
    userId: string;
    tokenHash: string;
    issuedAt: string;
    previousTokenHash: string;
    previousValidUntil: string;
  }
>;
export type SignedOut = Message<'SignedOut', { signInId: string; userId: string }>;
export type SignInEvent = SignedIn | SignInRotated | SignedOut;
/** What somebody tried to get at with a wrong password or code. */
export type GuessPurpose =
  'sign_in' | 'change_password' | 'second_factor' | 'remove_second_factor' | 'device_code';
/** A wrong password. People type passwords into name fields, so the name is kept as a keyed hash only. */
export type SignInFailed = Message<
  'SignInFailed',
  {
    nameHash: string;
    /** Whose name it was, if anybody's. */
    userId: string | null;
    purpose: GuessPurpose;
    /** In a row, by now. */
    failures: number;
    lockedUntil: string | null;
  }
>;
export type SignInFailuresForgotten = Message<'SignInFailuresForgotten', { failures: number }>;
export type AttemptEvent = SignInFailed | SignInFailuresForgotten;
