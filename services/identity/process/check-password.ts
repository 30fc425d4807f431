import type { Rejected } from '#shared/es/decider.js';
import type { RequestContext } from '#shared/es/operation.js';
import type { SealedPassword } from '../adapters/passwords.js';
import type { Identity } from '../tokens.js';
import { type Guess, guess } from './guess.js';

/** One try at a password. */
export type Attempt = Guess &
  Readonly<{
    password: string;
    /** What to compare with; undefined for nobody's name, which takes as long and is wrong. */
    kept: SealedPassword | undefined;
  }>;

/**
 * Compares a password within the limits on guessing, and counts the outcome. A locked pair is refused before any
 * hashing, again when its turn comes, and once more when the outcome is counted.
 * Returns whether it was right, or the refusal `SignInLocked`. Errors: HashQueueFullError.
 */
export async function checkPassword(
  identity: Identity,
  { password, kept, ...counted }: Attempt,
  context: RequestContext,
): Promise<boolean | Rejected> {
  const compare = (isLocked: () => Promise<Rejected | undefined>) =>
    identity.passwords.matches(password, kept, isLocked);
  return guess(identity, counted, compare, context);
}
