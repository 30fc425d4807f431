import type { Rejected } from '#shared/es/decider.js';
import type { RequestContext } from '#shared/es/operation.js';
import type { SignInFailed } from '#shared/contracts/identity.js';
import { attempts, type AttemptsCommand } from '../domain/attempts.js';
import type { Identity } from '../tokens.js';
import { stepOf } from './step.js';

/** One try at something secret: what failures in a row are counted by, as {@link Identity.hashFor} hashed it, and whose. */
export type Guess = Readonly<{ countedBy: string }> &
  Pick<SignInFailed['data'], 'nameHash' | 'userId' | 'purpose'>;

/** Compares; `isLocked` says why not, when its turn comes late. */
type Compare = (isLocked: () => Promise<Rejected | undefined>) => Promise<boolean | Rejected>;

/**
 * Lets `compare` at a secret within the limits on guessing, and counts the outcome. A locked pair is refused before it
 * is compared, and once more when the outcome is counted. Returns whether it was right, or the refusal.
 */
export async function guess(
  { commands, personal, now }: Identity,
  { countedBy: id, nameHash, userId, purpose }: Guess,
  compare: Compare,
  asked: RequestContext,
): Promise<boolean | Rejected> {
  // Whoever it was tried to get at this person, and where that was is kept no longer than the rest about that person.
  const context = await personal.originOf(asked, userId);
  const decide = async (command: AttemptsCommand): Promise<Rejected | undefined> => {
    const of = stepOf(context, `${purpose}/${command.type}`);
    const addressed = { aggregate: 'attempts', id, command, context: of };
    const outcome = await commands.handle(attempts, addressed);
    return outcome.kind === 'rejected' ? outcome : undefined;
  };
  const at = (): string => now().toISOString();
  const isLocked = () => decide({ type: 'CheckLock', data: { at: at() } });

  const locked = await isLocked();
  if (locked) return locked;
  const compared = await compare(isLocked);
  if (typeof compared !== 'boolean') return compared;
  const counted: AttemptsCommand = compared
    ? { type: 'ForgetFailures', data: { at: at() } }
    : { type: 'CountFailure', data: { at: at(), nameHash, userId, purpose } };
  return (await decide(counted)) ?? compared;
}
