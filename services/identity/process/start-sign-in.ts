import { v7 as uuidV7 } from 'uuid';
import type { z } from 'zod';
import type { SignIn } from '#shared/contracts/identity.js';
import { rejected, resultOf } from '#shared/boot/reply.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { newToken, tokenHashOf } from '../adapters/random-secrets.js';
import { signIn } from '../domain/sign-in.js';
import { listExpired } from '../read/sign-ins.query.js';
import type { Known } from '../read/users.query.js';
import type { Identity } from '../tokens.js';

/** Who has shown who they are, and by what; `signInId` where the same one must not start twice. */
export type Shown = Readonly<{
  known: Pick<Known, 'account'>;
  credentialId: string;
  signInId?: string;
}>;

/** Starts a sign-in of somebody who has shown who they are, and hands its token out once. */
export async function startSignIn(
  { commands, reader, now }: Identity,
  { known, credentialId, signInId = uuidV7() }: Shown,
  context: RequestContext,
): Promise<Reply<z.infer<typeof SignIn.result>>> {
  const { id: userId, role } = known.account;
  const token = newToken();
  const tokenHash = tokenHashOf(token);
  const issuedAt = now().toISOString();
  const droppedSignInIds = await listExpired(reader, userId, issuedAt);
  const data = { signInId, userId, credentialId, tokenHash, issuedAt, droppedSignInIds };
  const outcome = await commands.handle(signIn, {
    aggregate: 'signin',
    id: signInId,
    command: { type: 'StartSignIn', data },
    // From here on it is known who is asking.
    context: { ...context, actor: { id: userId, role }, signInId },
  });
  const reply = resultOf(outcome, ([event]) => event.data);
  if (reply.kind === 'rejected') return reply;
  const started = reply.result;
  if (!('expiresAt' in started) || started.tokenHash !== tokenHash) {
    return rejected('SignInRequired', 'This sign-in was answered before; sign in again.');
  }
  return { ...reply, result: { token, expires_at: started.expiresAt, user: known.account } };
}
