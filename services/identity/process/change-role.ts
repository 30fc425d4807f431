import type { UserRole, UserView } from '#shared/contracts/identity.js';
import { done, rejected } from '#shared/boot/reply.js';
import type { Outcome } from '#shared/es/command-handler.js';
import type { Message, Rejected } from '#shared/es/decider.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { user, userUnknown } from '../domain/user.js';
import { findUser } from '../read/users.query.js';
import type { Identity } from '../tokens.js';
import { dismissAdministrator } from './disable-user.js';
import { appointAdministrator } from './register-user.js';
import { firstStepOf, stepOf } from './step.js';

type Change = Readonly<{ userId: string; role: UserRole }>;

/**
 * Gives a user another role. The set of administrators of whom one must remain may be too small at any moment, never
 * too large: who becomes one enters it after, who ceases to be one leaves it before. So two who demote each other at
 * the same moment meet there, and one of them is refused.
 */
export async function changeRole(
  identity: Identity,
  change: Change,
  context: RequestContext,
): Promise<Reply<UserView>> {
  const before = await findUser(identity.reader, change.userId);
  if (!before) return userUnknown(change.userId);
  const leaves = change.role !== 'admin';
  if (leaves && !isStale(before.version, context)) {
    const dismissed = await dismissAdministrator(identity, change.userId, firstStepOf(context));
    if (dismissed.kind === 'rejected') return dismissed;
  }
  const outcome = await identity.commands.handle(user, {
    aggregate: 'user',
    id: change.userId,
    command: { type: 'ChangeRole', data: change },
    context: { ...context, commandId: stepOf(context, 'change role').commandId },
  });
  const last = await settleAdministrator(identity, change.userId, context);
  if (!last) return answered(identity, change.userId, outcome);
  // Everybody else left while a replica that started had counted this one in again: somebody has to remain.
  await identity.commands.handle(user, {
    aggregate: 'user',
    id: change.userId,
    command: { type: 'ChangeRole', data: { ...change, role: 'admin' } },
    context: stepOf(context, 'restore'),
  });
  return last;
}

/**
 * Makes the set agree with what the user is now: who was taken out of it in vain comes in again, and whom somebody else
 * counted in meanwhile is taken out. Returns the refusal when the user is the only one left in the set without being one.
 */
async function settleAdministrator(
  identity: Identity,
  userId: string,
  context: RequestContext,
): Promise<Rejected | undefined> {
  // An old row would count in somebody who is none any more; then it is left to the next start.
  const isOne = await isAdministrator(identity, userId);
  if (isOne === undefined) return undefined;
  if (isOne) {
    await appointAdministrator(identity, userId, stepOf(context, 'appoint'));
    if ((await isAdministrator(identity, userId)) !== false) return undefined;
  }
  const dismissed = await dismissAdministrator(identity, userId, stepOf(context, 'dismiss'));
  return dismissed.kind === 'rejected' ? dismissed : undefined;
}

/** Undefined when nobody can tell at the moment. */
async function isAdministrator(identity: Identity, userId: string): Promise<boolean | undefined> {
  if (!(await identity.caughtUp())) return undefined;
  const found = await findUser(identity.database.primary, userId);
  return found?.user.role === 'admin' && found.user.status === 'active';
}

/** What was refused already for being stale must not take anybody out of the set, not even for a moment. */
const isStale = (version: number, { expectedVersion }: RequestContext): boolean =>
  expectedVersion !== undefined && expectedVersion !== version;

async function answered(
  identity: Identity,
  userId: string,
  outcome: Outcome<Message>,
): Promise<Reply<UserView>> {
  if (outcome.kind === 'rejected') return outcome;
  const found = await findUser(identity.database.primary, userId);
  if (!found) return rejected('Unavailable', 'The user can not be shown at the moment; try again.');
  const result = await identity.personal.opened(found.user);
  const { version } = outcome;
  if (outcome.kind === 'unchanged') return done(result, version);
  return { kind: 'done', result, version, caughtUp: outcome.caughtUp };
}
