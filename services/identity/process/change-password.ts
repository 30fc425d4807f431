import { ended } from '#shared/boot/reply.js';
import { reject } from '#shared/es/decider.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { signInRequired } from '../domain/sign-in.js';
import { user } from '../domain/user.js';
import { type Known, nameKeyOf } from '../read/users.query.js';
import type { Identity } from '../tokens.js';
import { checkPassword } from './check-password.js';
import { findById } from './names.js';
import { refusedField, weakPassword } from './password-refusals.js';
import { recall } from './step.js';

type Change = Readonly<{ current_password: string; new_password: string }>;
type Kept = NonNullable<Known['password']>;

/** Replaces the asking user's own password and ends all of the user's other sign-ins. */
export async function changePassword(
  identity: Identity,
  { current_password: current, new_password: next }: Change,
  context: RequestContext,
): Promise<Reply<null>> {
  const { id: userId } = context.actor;
  const address = { aggregate: 'user', id: userId, context } as const;
  // A repeat would find the old password to be wrong by now.
  const recalling = { ...address, command: { type: 'Recall', data: {} } } as const;
  const first = await identity.commands.handle(recall, recalling);
  if (first.kind !== 'unchanged') return ended(first);

  const known = await findById(identity, userId);
  if (!known?.isActive || !known.password) return signInRequired();
  const { account, password: kept } = known;
  const refused =
    unusable({ current, next }, account.name) ??
    (await wrongCurrent(identity, { account, kept, current }, context));
  if (refused) return refused;

  const password = await identity.passwords.seal(userId, next, false);
  const keptSignInId = context.signInId ?? null;
  const data = { userId, password, checkedCredentialId: kept.credentialId, keptSignInId };
  const command = { type: 'ChangePassword', data } as const;
  return ended(await identity.commands.handle(user, { ...address, command }));
}

function unusable({ current, next }: { current: string; next: string }, userName: string) {
  const weak = weakPassword('new_password', next, userName);
  return weak ?? (next === current ? refusedField(SAME, 'new_password') : undefined);
}

async function wrongCurrent(
  identity: Identity,
  {
    account: { id, name },
    kept,
    current,
  }: Pick<Known, 'account'> & { kept: Kept; current: string },
  context: RequestContext,
): Promise<Reply<never> | undefined> {
  const attempt = {
    password: current,
    kept,
    // Whoever is signed in can only lock themselves out of this, wherever they are.
    countedBy: identity.hashName(`change password|${id}`),
    nameHash: await identity.hashFor(id, nameKeyOf(name)),
    userId: id,
    purpose: 'change_password',
  } as const;
  const verdict = await checkPassword(identity, attempt, context);
  if (typeof verdict !== 'boolean') return verdict;
  return verdict ? undefined : refusedField(WRONG, 'current_password');
}

const SAME = reject('PasswordTooWeak', 'The new password is the current one; choose another.');
const WRONG = reject('PasswordWrong', 'The current password is wrong.');
