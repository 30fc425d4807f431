import type { GroupEvent } from '#shared/contracts/groups.js';
import { rowModel } from '#shared/es/read-model.js';

export type GroupRow = {
  id: string;
  name: string;
  /** The name as it is looked up and sorted by. */
  name_key: string;
  members: number;
  version: number;
};

const OF_GROUPS: Readonly<Record<GroupEvent['type'], true>> = {
  GroupCreated: true,
  GroupRenamed: true,
  GroupDeleted: true,
  GroupMemberAdded: true,
  GroupMemberRemoved: true,
};

/** The groups that there are. */
export const groups = rowModel<GroupEvent, GroupRow>({
  table: 'user_groups',
  version: 1,
  key: 'id',
  // Identity tells other things, too.
  keysOf: ({ type, data }) => (Object.hasOwn(OF_GROUPS, type) ? [data.groupId] : []),
  project(row, event, id) {
    const version = event.sequence;
    switch (event.type) {
      case 'GroupCreated':
        return { id, ...named(event.data.name), members: 0, version };
      case 'GroupRenamed':
        return row && { ...row, ...named(event.data.to), version };
      case 'GroupMemberAdded':
        return row && { ...row, members: row.members + 1, version };
      case 'GroupMemberRemoved':
        return row && { ...row, members: row.members - 1, version };
      case 'GroupDeleted':
        return undefined;
    }
  },
});

const named = (name: string) => ({ name, name_key: name.toLowerCase() });

export type GroupMemberRow = { id: string; group_id: string; user_id: string };

const keyOf = (groupId: string, userId: string): string => `${groupId}/${userId}`;

/** Who is in which group, one row a group and user. */
export const groupMembers = rowModel<GroupEvent, GroupMemberRow>({
  table: 'group_members',
  version: 1,
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
