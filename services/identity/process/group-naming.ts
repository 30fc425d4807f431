import { streamOf } from '#shared/es/commit.js';
import type { Rejected } from '#shared/es/decider.js';
import type { RequestContext } from '#shared/es/operation.js';
import type { Group } from '../domain/group.js';
import {
  GROUP_NAMES_ID,
  groupNameKeyOf,
  groupNames,
  type GroupNames,
  type GroupNamesCommand,
  groupNameTaken,
} from '../domain/group-names.js';
import type { Identity } from '../tokens.js';

type Named = Readonly<{ name: string; groupId: string }>;

/**
 * Reserves a name for a group, or says why not. A name that a crash left with a group which does not bear it is taken
 * over, once the claim is so old that nobody can still be about to use it.
 */
export async function claimGroupName(
  identity: Identity,
  named: Named,
  context: RequestContext,
): Promise<Rejected | undefined> {
  const data = { ...named, at: identity.now().toISOString() };
  const claimed = await decide(identity, { type: 'ClaimGroupName', data }, context);
  if (claimed?.code !== 'ClaimIsOld') return claimed;
  const from = await abandonedHolderOf(identity, named.name);
  if (from === undefined) return groupNameTaken(named.name);
  return decide(identity, { type: 'TakeOverGroupName', data: { ...data, from } }, context);
}

/** Gives a name back, for as long as it is the group's; nothing happens when that is done. */
export async function releaseGroupName(
  identity: Identity,
  named: Named,
  context: RequestContext,
): Promise<void> {
  await decide(identity, { type: 'ReleaseGroupName', data: named }, context);
}

async function decide(
  { commands }: Identity,
  command: GroupNamesCommand,
  context: RequestContext,
): Promise<Rejected | undefined> {
  const addressed = { aggregate: 'groupnames', id: GROUP_NAMES_ID, command, context };
  const outcome = await commands.handle(groupNames, addressed);
  return outcome.kind === 'rejected' ? outcome : undefined;
}

/** The group that holds a name without bearing it; undefined when it does bear it, or nobody can tell at the moment. */
async function abandonedHolderOf(identity: Identity, name: string): Promise<string | undefined> {
  if (!(await identity.caughtUp())) return undefined;
  const key = groupNameKeyOf(name);
  const names = await stateOf<GroupNames>(identity, 'groupnames', GROUP_NAMES_ID);
  const holder = names && Object.hasOwn(names.holders, key) ? names.holders[key] : undefined;
  if (!holder) return undefined;
  const group = await stateOf<Group>(identity, 'group', holder.groupId);
  const bearsIt = group?.status === 'there' && groupNameKeyOf(group.name) === key;
  return bearsIt ? undefined : holder.groupId;
}

async function stateOf<S>({ decisions }: Identity, aggregate: string, id: string) {
  const found = await decisions.findAggregate(streamOf('identity', aggregate, id));
  return found?.state as S | undefined;
}
