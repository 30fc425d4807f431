import type { GroupEvent } from '#shared/contracts/groups.js';
import type { UserDisabled } from '#shared/contracts/identity.js';
import { rowModel } from '#shared/es/read-model.js';

/**
 * What the catalogue has to know of people to tell who may see an app, folded from identity's events. Events of
 * identity that it does not know say nothing about that: what these ones mean never changes.
 */
const ofIdentity = { of: 'identity', newer: 'kept', version: 1 } as const;

export type KnownGroupRow = { group_id: string };

/** The groups that there are: what a deleted one gave is gone with it. */
export const knownGroups = rowModel<GroupEvent, KnownGroupRow>({
  ...ofIdentity,
  table: 'known_groups',
  key: 'group_id',
  keysOf: (event) =>
    event.type === 'GroupCreated' || event.type === 'GroupDeleted' ? [event.data.groupId] : [],
  project: (_, event, group_id) => (event.type === 'GroupCreated' ? { group_id } : undefined),
});

export type GroupMemberRow = { id: string; group_id: string; user_id: string };

const keyOf = (groupId: string, userId: string): string => `${groupId}/${userId}`;

/** Who is in which group, one row a group and user. */
export const groupMembers = rowModel<GroupEvent, GroupMemberRow>({
  ...ofIdentity,
  table: 'group_members',
  key: 'id',
  keysOf(event) {
    if (event.type === 'GroupMemberAdded' || event.type === 'GroupMemberRemoved') {
      return [keyOf(event.data.groupId, event.data.userId)];
    }
    if (event.type !== 'GroupDeleted') return [];
    const { groupId, memberIds } = event.data;
    return memberIds.map((userId) => keyOf(groupId, userId));
  },
  project(_, event, id) {
    if (event.type !== 'GroupMemberAdded') return undefined;
    return { id, group_id: event.data.groupId, user_id: event.data.userId };
  },
});

export type DisabledUserRow = { user_id: string };

/** Users who were disabled, for good: whatever list they are on, they see nothing. */
export const disabledUsers = rowModel<UserDisabled, DisabledUserRow>({
  ...ofIdentity,
  table: 'disabled_users',
  key: 'user_id',
  keysOf: (event) => (event.type === 'UserDisabled' ? [event.data.userId] : []),
  project: (_, __, user_id) => ({ user_id }),
});
