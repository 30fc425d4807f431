import type { AttemptEvent, SignInFailed } from '#shared/contracts/identity.js';
import { accept, type Decider, type Message, reject, type Rejected } from '#shared/es/decider.js';

/** Wrong passwords in a row that are free. */
export const FAILURES_MAX = 5;
/** The lock after that many; each further failure doubles it. */
export const FIRST_LOCK_MS = 60_000;
export const LOCK_MS_MAX = 15 * 60_000;

/** Failures in a row of one name from one address. */
export type Attempts = Readonly<{ failures: number; lockedUntil: string | null }>;

export type AttemptsCommand =
  | Message<'CheckLock', { at: string }>
  | Message<
      'CountFailure',
      { at: string } & Pick<SignInFailed['data'], 'nameHash' | 'userId' | 'purpose'>
    >
  | Message<'ForgetFailures', { at: string }>;

/**
 * Guesses at one password. The lock is for the pair of name and address, so that a stranger elsewhere can't lock
 * anybody out. Every outcome is decided here after the password was compared, so of guesses sent at the same time
 * those past the limit learn nothing, a right one included.
 */
export const attempts: Decider<AttemptsCommand, AttemptEvent, Attempts> = {
  initialState: { failures: 0, lockedUntil: null },

  evolve(_, event) {
    switch (event.type) {
      case 'SignInFailed': {
        const { failures, lockedUntil } = event.data;
        return { failures, lockedUntil };
      }
      case 'SignInFailuresForgotten':
        return { failures: 0, lockedUntil: null };
    }
  },

  decide(command, { failures, lockedUntil }) {
    const { at } = command.data;
    if (lockedUntil !== null && at < lockedUntil) return locked(at, lockedUntil);
    switch (command.type) {
      case 'CheckLock':
        return accept();
      case 'CountFailure': {
        const { nameHash, userId, purpose } = command.data;
        const counted = failures + 1;
        const data = { nameHash, userId, purpose, failures: counted };
        return accept({
          type: 'SignInFailed',
          data: { ...data, lockedUntil: lockAfter(counted, at) },
        });
      }
      case 'ForgetFailures':
        if (failures === 0) return accept();
        return accept({ type: 'SignInFailuresForgotten', data: { failures } });
    }
  },
};

function lockAfter(failures: number, at: string): string | null {
  if (failures < FAILURES_MAX) return null;
  const lockMs = Math.min(FIRST_LOCK_MS * 2 ** (failures - FAILURES_MAX), LOCK_MS_MAX);
  return new Date(Date.parse(at) + lockMs).toISOString();
}

function locked(at: string, until: string): Rejected & { retryAfterSeconds: number } {
  const retryAfterSeconds = Math.ceil((Date.parse(until) - Date.parse(at)) / 1_000);
  const detail = `Too many wrong passwords; try again in ${retryAfterSeconds} seconds.`;
  return { ...reject('SignInLocked', detail), retryAfterSeconds };
}
