import { ended, rejected } from '#shared/boot/reply.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { user, userUnknown } from '../domain/user.js';
import { listPeople, listSlots, nameKeyOf } from '../read/users.query.js';
import type { Identity } from '../tokens.js';
import { findById } from './names.js';

type Erasure = Readonly<{ user_id: string; name_confirmation: string }>;

/**
 * Makes unreadable for good what the log has about a person: the log says first that the person is erased, then the key
 * is forgotten. A crash in between is made up for by the next start, see {@link finishErasures}, or by a repeat.
 * Errors: StoreUnavailableError.
 */
export async function erasePerson(
  identity: Identity,
  { user_id: userId, name_confirmation: typed }: Erasure,
  context: RequestContext,
): Promise<Reply<null>> {
  const known = await findById(identity, userId);
  if (!known) return userUnknown(userId);
  const isErased = (await identity.erasedAmong([userId])).has(userId);
  if (!isErased && nameKeyOf(known.account.name) !== nameKeyOf(typed)) {
    return rejected(
      'NameNotConfirmed',
      'That is not the name of this user; look again whom you mean, and type the name.',
    );
  }
  const outcome = await identity.commands.handle(user, {
    aggregate: 'user',
    id: userId,
    command: { type: 'ErasePerson', data: { userId } },
    context,
  });
  if (outcome.kind !== 'rejected') await forget(identity, [userId]);
  return ended(outcome);
}

/**
 * Forgets the keys of everybody who is erased, as the log has it: those of whom a crash left the key, and those whose
 * key a backup brought back. Errors: StoreUnavailableError.
 */
export async function finishErasures(identity: Identity): Promise<void> {
  const people = await listPeople(identity.database.primary);
  const erased = people.filter(({ status }) => status === 'erased').map(({ id }) => id);
  const left = [...(await identity.keys.holders(erased))];
  if (left.length > 0) await forget(identity, left);
}

/** What stood for the names of these people goes with their keys: anybody can take the names, and come back as somebody new. */
async function forget(identity: Identity, userIds: readonly string[]): Promise<void> {
  const slots = await listSlots(identity.database.primary, userIds);
  await identity.keys.forget(userIds, slots);
  for (const userId of userIds) identity.personal.drop(userId);
}
