import { ended } from '#shared/boot/reply.js';
import type { Outcome } from '#shared/es/command-handler.js';
import type { Message } from '#shared/es/decider.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { USER_NAME } from '../adapters/personal-texts.js';
import { administrators, ADMINISTRATORS_ID } from '../domain/administrators.js';
import { user } from '../domain/user.js';
import type { Identity } from '../tokens.js';
import { findById } from './names.js';
import { firstStepOf, stepOf } from './step.js';

/**
 * Disables a user for good. An administrator leaves the set of those of whom one must remain first, and so two who
 * disable each other at the same moment meet there. Who is no administrator is not in it, and nothing happens.
 */
export async function disableUser(
  identity: Identity,
  userId: string,
  context: RequestContext,
): Promise<Reply<null>> {
  const dismissed = await dismissAdministrator(identity, userId, firstStepOf(context));
  if (dismissed.kind === 'rejected') return dismissed;
  const known = await findById(identity, userId);
  const name = known && (await identity.personal.seal(userId, USER_NAME, known.account.name));
  const disabled = await identity.commands.handle(user, {
    aggregate: 'user',
    id: userId,
    command: { type: 'DisableUser', data: { userId, ...(name && { name }) } },
    context: { ...context, commandId: stepOf(context, 'disable').commandId },
  });
  // A replica that started meanwhile may have counted the user in again, as one whom a crash had left out.
  await dismissAdministrator(identity, userId, stepOf(context, 'dismiss'));
  return ended(disabled);
}

/** Takes a user out of the set of administrators; nothing happens when that is done. */
export const dismissAdministrator = (
  { commands }: Identity,
  userId: string,
  context: RequestContext,
): Promise<Outcome<Message>> =>
  commands.handle(administrators, {
    aggregate: 'administrators',
    id: ADMINISTRATORS_ID,
    command: { type: 'DismissAdministrator', data: { userId } },
    context,
  });
