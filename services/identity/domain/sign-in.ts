import type { SignInEvent, SignedIn } from '#shared/contracts/identity.js';
import { accept, type Decider, type Message, reject } from '#shared/es/decider.js';

/** Counted from the sign-in, whatever is done with it. */
export const SIGN_IN_LIFETIME_MS = 12 * 60 * 60 * 1_000;
/** How old a token gets before it is replaced. */
export const ROTATE_AFTER_MS = 15 * 60 * 1_000;
/** How long a replaced token still works, for the requests that were under way with it. */
export const REPLACED_TOKEN_GRACE_MS = 30_000;

export type SignIn = Readonly<
  | { status: 'absent' }
  | {
      status: 'active';
      userId: string;
      tokenHash: string;
      issuedAt: string;
      expiresAt: string;
    }
  | { status: 'ended' }
>;

export type SignInCommand =
  | Message<'StartSignIn', Omit<SignedIn['data'], 'expiresAt'>>
  | Message<
      'RotateSignIn',
      { signInId: string; presentedHash: string; newHash: string; at: string }
    >
  | Message<'EndSignIn', { signInId: string; userId: string }>;

export const signInRequired = () => reject('SignInRequired', 'You are not signed in any more.');

const after = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

/** Says whether a token made at `issuedAt` is old enough to be replaced at `at`. */
export const isDueForRotation = (issuedAt: string, at: string): boolean =>
  at >= after(issuedAt, ROTATE_AFTER_MS);

/** One sign-in of one user: it has a token, which changes, and an end. */
export const signIn: Decider<SignInCommand, SignInEvent, SignIn> = {
  initialState: { status: 'absent' },

  evolve(state, event): SignIn {
    switch (event.type) {
      case 'SignedIn': {
        const { userId, tokenHash, issuedAt, expiresAt } = event.data;
        return { status: 'active', userId, tokenHash, issuedAt, expiresAt };
      }
      case 'SignInRotated': {
        const { tokenHash, issuedAt } = event.data;
        return state.status === 'active' ? { ...state, tokenHash, issuedAt } : state;
      }
      case 'SignedOut':
        return { status: 'ended' };
    }
  },

  decide(command, state) {
    switch (command.type) {
      case 'StartSignIn': {
        if (state.status !== 'absent') return signInRequired();
        const expiresAt = after(command.data.issuedAt, SIGN_IN_LIFETIME_MS);
        return accept({ type: 'SignedIn', data: { ...command.data, expiresAt } });
      }
      case 'RotateSignIn':
        return state.status === 'active' ? rotate(command.data, state) : signInRequired();
      case 'EndSignIn': {
        const { signInId, userId } = command.data;
        if (state.status !== 'active') return accept();
        if (state.userId !== userId) return signInRequired();
        return accept({ type: 'SignedOut', data: { signInId, userId } });
      }
    }
  },
};

function rotate(
  {
    signInId,
    presentedHash,
    newHash,
    at,
  }: Extract<SignInCommand, { type: 'RotateSignIn' }>['data'],
  { userId, tokenHash, issuedAt, expiresAt }: Extract<SignIn, { status: 'active' }>,
) {
  if (at >= expiresAt) return signInRequired();
  // Of requests at the same time one rotates; the others find its work done.
  if (presentedHash !== tokenHash) return accept<SignInEvent>();
  if (!isDueForRotation(issuedAt, at)) return accept<SignInEvent>();
  return accept<SignInEvent>({
    type: 'SignInRotated',
    data: {
      signInId,
      userId,
      tokenHash: newHash,
      issuedAt: at,
      previousTokenHash: tokenHash,
      previousValidUntil: after(at, REPLACED_TOKEN_GRACE_MS),
    },
  });
}
