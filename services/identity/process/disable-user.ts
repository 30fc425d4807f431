import { ended } from '#shared/boot/reply.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { administrators, ADMINISTRATORS_ID } from '../domain/administrators.js';
import { user } from '../domain/user.js';
import type { Identity } from '../tokens.js';
import { firstStepOf, stepOf } from './step.js';

/**
 * Disables a user for good. An administrator leaves the set of those of whom one must remain first, and so two who
 * disable each other at the same moment meet there. Who is no administrator is not in it, and nothing happens.
 */
export async function disableUser(
  { commands }: Identity,
  userId: string,
  context: RequestContext,
): Promise<Reply<null>> {
  const dismissed = await commands.handle(administrators, {
    aggregate: 'administrators',
    id: ADMINISTRATORS_ID,
    command: { type: 'DismissAdministrator', data: { userId } },
    context: firstStepOf(context),
  });
  if (dismissed.kind === 'rejected') return dismissed;
  const disabled = await commands.handle(user, {
    aggregate: 'user',
    id: userId,
    command: { type: 'DisableUser', data: { userId } },
    context: { ...context, commandId: stepOf(context, 'disable').commandId },
  });
  return ended(disabled);
}
