import type { z } from 'zod';
import type { SignIn } from '#shared/contracts/identity.js';
import { rejected } from '#shared/boot/reply.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { nameKeyOf } from '../read/users.query.js';
import type { Identity } from '../tokens.js';
import { checkPassword } from './check-password.js';
import { findByName } from './names.js';
import { secondFactorRefusal } from './second-factor.js';
import { startSignIn } from './start-sign-in.js';

type Result = z.infer<typeof SignIn.result>;

/**
 * Signs a person in: the password is compared within the limits on guessing, then the code of the second factor where there
 * is one; then a sign-in starts and its token is handed out once.
 */
export async function signInWith(
  identity: Identity,
  { name, password, code }: z.infer<typeof SignIn.data>,
  context: RequestContext,
): Promise<Reply<Result>> {
  const known = await findByName(identity, name);
  const kept = known?.isActive ? known.password : undefined;
  const nameKey = nameKeyOf(name);
  const userId = known?.account.id ?? null;
  const attempt = {
    password,
    kept,
    countedBy: await identity.hashFor(userId, [nameKey, context.ip].join('|')),
    nameHash: await identity.hashFor(userId, nameKey),
    userId,
    purpose: 'sign_in',
  } as const;
  const verdict = await checkPassword(identity, attempt, context);
  if (typeof verdict !== 'boolean') return verdict;
  // One answer for every reason, so that nobody learns which names there are.
  if (!verdict || !known || !kept) return rejected('SignInFailed', 'Name or password is wrong.');
  const { id, role } = known.account;
  const knownBy = { ...context, actor: { id, role } };
  const factor = { userId: id, nameHash: attempt.nameHash, code };
  const refused = await secondFactorRefusal(identity, factor, knownBy);
  if (refused) return refused;
  return startSignIn(identity, { known, credentialId: kept.credentialId }, context);
}
