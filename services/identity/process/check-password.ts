import type { Rejected } from '#shared/es/decider.js';
import type { RequestContext } from '#shared/es/operation.js';
import type { SignInFailed } from '#shared/contracts/identity.js';
import { attempts, type AttemptsCommand } from '../domain/attempts.js';
import type { Identity } from '../tokens.js';
import type { SealedPassword } from '../adapters/passwords.js';
import { stepOf } from './step.js';

/** One try at a password. */
export type Attempt = Readonly<{
  password: string;
  /** What to compare with; undefined for nobody's name, which takes as long and is wrong. */
  kept: SealedPassword | undefined;
  /** What failures in a row are counted by, as {@link Identity.hashName} hashed it. */
  countedBy: string;
}> &
  Pick<SignInFailed['data'], 'nameHash' | 'userId' | 'purpose'>;

/**
 * Compares a password within the limits on guessing, and counts the outcome. A locked pair is refused before any
 * hashing, again when its turn comes, and once more when the outcome is counted.
 * Returns whether it was right, or the refusal `SignInLocked`. Errors: HashQueueFullError.
 */
export async function checkPassword(
  { commands, passwords, now }: Identity,
  attempt: Attempt,
  context: RequestContext,
): Promise<boolean | Rejected> {
  const { password, kept, countedBy: id, nameHash, userId, purpose } = attempt;
  const decide = async (command: AttemptsCommand): Promise<Rejected | undefined> => {
    const of = stepOf(context, command.type);
    const addressed = { aggregate: 'attempts', id, command, context: of };
    const outcome = await commands.handle(attempts, addressed);
    return outcome.kind === 'rejected' ? outcome : undefined;
  };
  const at = (): string => now().toISOString();
  const isLocked = () => decide({ type: 'CheckLock', data: { at: at() } });

  const locked = await isLocked();
  if (locked) return locked;
  const compared = await passwords.matches(password, kept, isLocked);
  if (typeof compared !== 'boolean') return compared;
  const counted: AttemptsCommand = compared
    ? { type: 'ForgetFailures', data: { at: at() } }
    : { type: 'CountFailure', data: { at: at(), nameHash, userId, purpose } };
  return (await decide(counted)) ?? compared;
}
