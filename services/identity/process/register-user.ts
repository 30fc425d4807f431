import { v5 as uuidV5 } from 'uuid';
import type { z } from 'zod';
import type { RegisterUser, UserEvent, UserRole, UserView } from '#shared/contracts/identity.js';
import { rejected, resultOf } from '#shared/boot/reply.js';
import type { RecordedEvent } from '#shared/es/commit.js';
import type { Rejected } from '#shared/es/decider.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { newPassword } from '../adapters/random-secrets.js';
import { administrators, ADMINISTRATORS_ID } from '../domain/administrators.js';
import { user } from '../domain/user.js';
import { USER_NAME } from '../adapters/personal-texts.js';
import { nameTaken, username, type UsernameCommand } from '../domain/username.js';
import { findHolder, findKnown, nameKeyOf } from '../read/users.query.js';
import type { Identity } from '../tokens.js';
import { streamIdOf } from './names.js';
import { weakPassword } from './password-refusals.js';
import { firstStepOf, stepOf } from './step.js';

const USER_ID_NAMESPACE = '6c6e3f3e-35a5-5d0b-8a45-0c1a4b7e9d02';

/** A user to be. Without a password one is made up and handed out once; null for a user who signs in elsewhere. */
export type NewUser = Readonly<{
  name: string;
  role: UserRole;
  password?: string | null | undefined;
  mustChange: boolean;
}>;

type Result = z.infer<typeof RegisterUser.result>;
type Claim = Readonly<{ name: string }> &
  Extract<UsernameCommand, { type: 'ClaimUsername' }>['data'];

/**
 * Registers a user in three commits, each of which a retry of the same request finds done or does: the name is
 * claimed, the user is registered under it, an administrator is counted as one.
 * Errors: HashQueueFullError.
 */
export async function registerUser(
  identity: Identity,
  { name, role, password: chosen, mustChange }: NewUser,
  context: RequestContext,
): Promise<Reply<Result>> {
  const weak = typeof chosen === 'string' && weakPassword('password', chosen, name);
  if (weak) return weak;
  const userId = uuidV5(context.commandId, USER_ID_NAMESPACE);
  const made = chosen ?? newPassword();
  const password =
    chosen === null ? undefined : await identity.passwords.seal(userId, made, mustChange);
  const at = identity.now().toISOString();
  const refused = await claim(identity, { name, userId, at }, context);
  if (refused) return refused;
  const sealed = await sealedName(identity, userId, name);
  const outcome = await identity.commands.handle(user, {
    aggregate: 'user',
    id: userId,
    command: {
      type: 'RegisterUser',
      data: { userId, name: sealed, role, ...(password && { password }) },
    },
    context: stepOf(context, 'register'),
  });
  if (role === 'admin' && outcome.kind !== 'rejected') {
    await appointAdministrator(identity, userId, stepOf(context, 'appoint'));
  }
  const reply = await identity.personal.opened<Reply<Result>>(
    resultOf(outcome, ([event]) => ({
      // A repeat is told what was registered the first time, whatever it asks for.
      user: viewOf(event, { id: userId, role }),
      // A repeat finds another password on record than the one it just made up.
      password: chosen === undefined && holds(event, password?.credentialId) ? made : null,
    })),
  );
  return unlessOfAnother(name, reply);
}

/** A name is in no hash of a request, so that a repeat with another one is told from it here. */
function unlessOfAnother(name: string, reply: Reply<Result>): Reply<Result> {
  if (reply.kind === 'rejected') return reply;
  if (nameKeyOf(reply.result.user.name) === nameKeyOf(name)) return reply;
  return rejected(
    'IdempotencyKeyReused',
    'This Idempotency-Key came with another name before; use a new key.',
  );
}

/** Of somebody who is registered already, which a repeat finds, nothing is sealed anew. */
async function sealedName({ personal, reader }: Identity, userId: string, name: string) {
  const known = await findKnown(reader, userId);
  return known?.account.name ?? personal.sealNew(userId, USER_NAME, name);
}

/** Counts a user among the administrators of whom one must remain; nothing happens when that is done. */
export async function appointAdministrator(
  { commands }: Identity,
  userId: string,
  context: RequestContext,
): Promise<void> {
  await commands.handle(administrators, {
    aggregate: 'administrators',
    id: ADMINISTRATORS_ID,
    command: { type: 'AppointAdministrator', data: { userId } },
    context,
  });
}

/** Reserves the name, or says why not. */
async function claim(
  identity: Identity,
  { name, ...data }: Claim,
  context: RequestContext,
): Promise<Rejected | undefined> {
  const { commands, reader } = identity;
  const streamId = await streamIdOf(identity, name);
  const address = { aggregate: 'username', id: streamId, context: firstStepOf(context) };
  const command = { type: 'ClaimUsername', data } as const;
  const claimed = await commands.handle(username, { ...address, command });
  if (claimed.kind !== 'rejected') return undefined;
  const holder = await findHolder(reader, streamId);
  if (claimed.code !== 'ClaimIsOld' || !holder) return claimed;
  // Whoever holds the name without having been registered can't be any more, however slow that request is.
  const abandoned = await commands.handle(user, {
    aggregate: 'user',
    id: holder,
    command: { type: 'AbandonRegistration', data: { userId: holder } },
    context: stepOf(context, `abandon/${holder}`),
  });
  if (abandoned.kind === 'rejected') return nameTaken();
  const takeOver = { type: 'TakeOverUsername', data: { ...data, from: holder } } as const;
  const taken = await commands.handle(username, { ...address, command: takeOver });
  return taken.kind === 'rejected' ? taken : undefined;
}

const holds = (event: UserEvent, credentialId: string | undefined): boolean =>
  event.type === 'UserRegistered' && event.data.password?.credentialId === credentialId;

const viewOf = (
  event: RecordedEvent<UserEvent>,
  asked: Pick<UserView, 'id' | 'role'>,
): UserView => {
  const registered = event.type === 'UserRegistered' ? event.data : { ...asked, name: '' };
  const { name, role } = registered;
  return { id: asked.id, name, role, status: 'active', created_at: event.cloud.time };
};
