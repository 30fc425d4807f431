import type { z } from 'zod';
import type { ResetPassword } from '#shared/contracts/identity.js';
import { rejected, resultOf } from '#shared/boot/reply.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { newPassword } from '../adapters/random-secrets.js';
import { user } from '../domain/user.js';
import { findByName } from '../read/users.query.js';
import type { Identity } from '../tokens.js';

/** Gives a user a new random password, handed out once, and ends all of the user's sign-ins. Errors: HashQueueFullError. */
export async function resetPassword(
  { commands, passwords, reader }: Identity,
  name: string,
  context: RequestContext,
): Promise<Reply<z.infer<typeof ResetPassword.result>>> {
  const known = await findByName(reader, name);
  if (!known) return rejected('UserUnknown', `There is no user "${name}".`);
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
