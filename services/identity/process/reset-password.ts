import type { z } from 'zod';
import type { ResetPassword } from '#shared/contracts/identity.js';
import { rejected, resultOf } from '#shared/boot/reply.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { newPassword } from '../adapters/random-secrets.js';
import { user, userUnknown } from '../domain/user.js';
import type { Identity } from '../tokens.js';
import { findById, findByName } from './names.js';

/** Gives a user a new random password, handed out once, and ends all of the user's sign-ins. Errors: HashQueueFullError. */
export async function resetPassword(
  identity: Identity,
  whose: Readonly<{ name: string } | { userId: string }>,
  context: RequestContext,
): Promise<Reply<z.infer<typeof ResetPassword.result>>> {
  const { commands, passwords } = identity;
  const known = await ('name' in whose
    ? findByName(identity, whose.name)
    : findById(identity, whose.userId));
  if (!known) {
    return 'userId' in whose
      ? userUnknown(whose.userId)
      : rejected('UserUnknown', 'There is no user of that name.');
  }
  const { id: userId } = known.account;
  const made = newPassword();
  const password = await passwords.seal(userId, made, true);
  const outcome = await commands.handle(user, {
    aggregate: 'user',
    id: userId,
    command: { type: 'ResetPassword', data: { userId, password } },
    context,
  });
  return resultOf(outcome, ([event]) => {
    const isOurs =
      event.type === 'PasswordChanged' &&
      event.data.password.credentialId === password.credentialId;
    return { name: known.account.name, password: isOurs ? made : null };
  });
}
