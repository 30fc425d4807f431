import { v7 as uuidV7 } from 'uuid';
import type { z } from 'zod';
import type { SignIn } from '#shared/contracts/identity.js';
import { rejected, resultOf } from '#shared/boot/reply.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { newToken, tokenHashOf } from '../adapters/random-secrets.js';
import { signIn } from '../domain/sign-in.js';
import { listExpired } from '../read/sign-ins.query.js';
import { findByName, type Known } from '../read/users.query.js';
import { nameKeyOf } from '../read/usernames.js';
import type { Identity } from '../tokens.js';
import { checkPassword } from './check-password.js';

type Result = z.infer<typeof SignIn.result>;

/** Signs a person in: the password is compared within the limits on guessing, then a sign-in starts and its token is handed out once. */
export async function signInWith(
  identity: Identity,
  { name, password }: { name: string; password: string },
  context: RequestContext,
): Promise<Reply<Result>> {
  const known = await findByName(identity.reader, name);
  const kept = known?.isActive ? known.password : undefined;
  const nameKey = nameKeyOf(name);
  const attempt = {
    password,
    kept,
    countedBy: identity.hashName(`${nameKey}|${context.ip ?? ''}`),
    nameHash: identity.hashName(nameKey),
    userId: known?.account.id ?? null,
    purpose: 'sign_in',
  } as const;
  const verdict = await checkPassword(identity, attempt, context);
  if (typeof verdict !== 'boolean') return verdict;
  // One answer for every reason, so that nobody learns which names there are.
  if (!verdict || !known || !kept) return rejected('SignInFailed', 'Name or password is wrong.');
  return start(identity, { known, credentialId: kept.credentialId }, context);
}

async function start(
  { commands, reader, now }: Identity,
  { known, credentialId }: { known: Known; credentialId: string },
  context: RequestContext,
): Promise<Reply<Result>> {
  const { id: userId, role } = known.account;
  const signInId = uuidV7();
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
