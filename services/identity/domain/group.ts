import type { GroupEvent } from '#shared/contracts/groups.js';
import { accept, type Decider, type Message, reject } from '#shared/es/decider.js';

export type Group = Readonly<
  | { status: 'absent' }
  | { status: 'deleted' }
  | { status: 'there'; name: string; memberIds: readonly string[] }
>;

export type GroupCommand =
  | Message<'CreateGroup', { groupId: string; name: string }>
  | Message<'RenameGroup', { groupId: string; name: string }>
  | Message<'DeleteGroup', { groupId: string }>
  | Message<'AddGroupMember', { groupId: string; userId: string }>
  | Message<'RemoveGroupMember', { groupId: string; userId: string }>;

const MEMBERS_MAX = 1_000;

export const groupUnknown = (groupId: string) =>
  reject('GroupUnknown', `There is no group "${groupId}".`);

/** Some people under one name, who are let in together. A deleted group never comes back: its id is its own. */
export const group: Decider<GroupCommand, GroupEvent, Group> = {
  initialState: { status: 'absent' },

  evolve(state, event): Group {
    switch (event.type) {
      case 'GroupCreated':
        return { status: 'there', name: event.data.name, memberIds: [] };
      case 'GroupRenamed':
        return state.status === 'there' ? { ...state, name: event.data.to } : state;
      case 'GroupDeleted':
        return { status: 'deleted' };
      case 'GroupMemberAdded':
        return withMembers(state, (ids) => [...ids, event.data.userId]);
      case 'GroupMemberRemoved':
        return withMembers(state, (ids) => ids.filter((id) => id !== event.data.userId));
    }
  },

  decide(command, state) {
    const { groupId } = command.data;
    if (command.type === 'CreateGroup') {
      if (state.status !== 'absent') return groupUnknown(groupId);
      return accept({ type: 'GroupCreated', data: command.data });
    }
    if (state.status !== 'there') return groupUnknown(groupId);
    return decideOn(command, state);
  },
};

function decideOn(
  command: Exclude<GroupCommand, { type: 'CreateGroup' }>,
  { name, memberIds }: Extract<Group, { status: 'there' }>,
) {
  const { groupId } = command.data;
  switch (command.type) {
    case 'RenameGroup': {
      const { name: to } = command.data;
      if (to === name) return accept<GroupEvent>();
      return accept<GroupEvent>({ type: 'GroupRenamed', data: { groupId, from: name, to } });
    }
    case 'DeleteGroup':
      return accept<GroupEvent>({ type: 'GroupDeleted', data: { groupId, name, memberIds } });
    case 'AddGroupMember': {
      const { userId } = command.data;
      if (memberIds.includes(userId)) return accept<GroupEvent>();
      if (memberIds.length >= MEMBERS_MAX) return tooMany(name);
      return accept<GroupEvent>({ type: 'GroupMemberAdded', data: { groupId, name, userId } });
    }
    case 'RemoveGroupMember': {
      const { userId } = command.data;
      if (!memberIds.includes(userId)) return accept<GroupEvent>();
      return accept<GroupEvent>({ type: 'GroupMemberRemoved', data: { groupId, name, userId } });
    }
  }
}

function withMembers(state: Group, change: (ids: readonly string[]) => string[]): Group {
  return state.status === 'there' ? { ...state, memberIds: change(state.memberIds) } : state;
}

const tooMany = (name: string) =>
  reject('TooManyMembers', `"${name}" has ${MEMBERS_MAX} members; make a second group.`);
