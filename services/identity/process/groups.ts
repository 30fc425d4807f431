import { v5 as uuidV5 } from 'uuid';
import type { GroupEvent, GroupView } from '#shared/contracts/groups.js';
import { done, ended, rejected, resultOf } from '#shared/boot/reply.js';
import type { Outcome } from '#shared/es/command-handler.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { group, type GroupCommand, groupUnknown } from '../domain/group.js';
import { groupNameKeyOf } from '../domain/group-names.js';
import { userUnknown } from '../domain/user.js';
import { findGroup } from '../read/groups.query.js';
import { findKnown } from '../read/users.query.js';
import type { Identity } from '../tokens.js';
import { claimGroupName, releaseGroupName } from './group-naming.js';
import { firstStepOf, stepOf } from './step.js';

const GROUP_ID_NAMESPACE = '3b0a9a54-0a44-5a0c-9f0e-2a9c6b1f7d15';

/**
 * Creates a group in two commits, each of which a retry of the same request finds done or does: the name is claimed, the
 * group is created under it. Whoever was so slow that the name was taken over meanwhile gives up the group again.
 */
export async function createGroup(
  identity: Identity,
  name: string,
  context: RequestContext,
): Promise<Reply<GroupView>> {
  const groupId = uuidV5(context.commandId, GROUP_ID_NAMESPACE);
  const named = { name, groupId };
  const refused = await claimGroupName(identity, named, firstStepOf(context));
  if (refused) return refused;
  const creating = { type: 'CreateGroup', data: named } as const;
  const outcome = await decide(identity, creating, stepOf(context, 'create'));
  if (outcome.kind === 'rejected') return outcome;
  const lost = await claimGroupName(identity, named, stepOf(context, 'confirm'));
  if (!lost) return resultOf(outcome, () => ({ id: groupId, name, member_ids: [] }));
  await decide(identity, { type: 'DeleteGroup', data: { groupId } }, stepOf(context, 'give up'));
  return lost;
}

/**
 * Gives a group another name: the new one is claimed, the group is renamed, the old one is free. A name that was claimed
 * in vain stays the group's for a while.
 */
export async function renameGroup(
  identity: Identity,
  named: Readonly<{ groupId: string; name: string }>,
  context: RequestContext,
): Promise<Reply<GroupView>> {
  const { groupId, name } = named;
  const found = await findGroup(identity.reader, groupId);
  if (!found) return groupUnknown(groupId);
  const refused = await claimGroupName(identity, named, firstStepOf(context));
  if (refused) return refused;
  const renaming = { type: 'RenameGroup', data: named } as const;
  const outcome = await decide(identity, renaming, seenStepOf(context, 'rename'));
  const view = { ...found.group, name };
  if (outcome.kind === 'unchanged') return done(view, outcome.version);
  const reply = resultOf(outcome, ([event]) => event);
  if (reply.kind === 'rejected') return reply;
  const { result: event } = reply;
  if (event.type === 'GroupRenamed' && groupNameKeyOf(event.data.from) !== groupNameKeyOf(name)) {
    const former = { groupId, name: event.data.from };
    await releaseGroupName(identity, former, stepOf(context, 'release'));
  }
  return { ...reply, result: view };
}

/** Deletes a group for good, and gives its name back. */
export async function deleteGroup(
  identity: Identity,
  groupId: string,
  context: RequestContext,
): Promise<Reply<null>> {
  const outcome = await decide(identity, { type: 'DeleteGroup', data: { groupId } }, context);
  const event = outcome.kind === 'committed' ? outcome.events[0] : undefined;
  if (event?.type === 'GroupDeleted') {
    const former = { groupId, name: event.data.name };
    await releaseGroupName(identity, former, stepOf(context, 'release'));
  }
  return ended(outcome);
}

/** Puts an active user into a group. */
export async function addGroupMember(
  identity: Identity,
  { groupId, userId }: Readonly<{ groupId: string; userId: string }>,
  context: RequestContext,
): Promise<Reply<null>> {
  const known = await findKnown(identity.reader, userId);
  if (!known) return userUnknown(userId);
  if (!known.isActive) {
    return rejected('UserUnknown', `The user "${userId}" is disabled; choose an active one.`);
  }
  const command = { type: 'AddGroupMember', data: { groupId, userId } } as const;
  return ended(await decide(identity, command, context));
}

/** Takes a user out of a group. */
export async function removeGroupMember(
  identity: Identity,
  data: Readonly<{ groupId: string; userId: string }>,
  context: RequestContext,
): Promise<Reply<null>> {
  return ended(await decide(identity, { type: 'RemoveGroupMember', data }, context));
}

const decide = (
  { commands }: Identity,
  command: GroupCommand,
  context: RequestContext,
): Promise<Outcome<GroupEvent>> =>
  commands.handle(group, { aggregate: 'group', id: command.data.groupId, command, context });

/** A further step that is about the very thing whose version the caller saw. */
const seenStepOf = (context: RequestContext, step: string): RequestContext => ({
  ...context,
  commandId: stepOf(context, step).commandId,
});
