import { describe, it } from 'vitest';
import type { GroupEvent } from '#shared/contracts/groups.js';
import { given } from '#test/support/given.js';
import { group } from './group.js';

const groupId = 'g1';
const name = 'Staff';
const created: GroupEvent = { type: 'GroupCreated', data: { groupId, name } };
const added = (userId: string): GroupEvent => ({
  type: 'GroupMemberAdded',
  data: { groupId, name, userId },
});
const removed: GroupEvent = { type: 'GroupMemberRemoved', data: { groupId, name, userId: 'u1' } };
const deleted: GroupEvent = { type: 'GroupDeleted', data: { groupId, name, memberIds: [] } };

const create = { type: 'CreateGroup', data: { groupId, name } } as const;
const rename = { type: 'RenameGroup', data: { groupId, name: 'Crew' } } as const;
const remove = { type: 'DeleteGroup', data: { groupId } } as const;
const add = { type: 'AddGroupMember', data: { groupId, userId: 'u1' } } as const;
const takeOut = { type: 'RemoveGroupMember', data: { groupId, userId: 'u1' } } as const;

describe('a group', () => {
  it('is created once, and never again once it was deleted', () => {
    given(group)().when(create).records(created);
    given(group)(created, deleted).when(create).rejects('GroupUnknown');
  });
  it('is renamed from what it was called', () => {
    given(group)(created)
      .when(rename)
      .records({ type: 'GroupRenamed', data: { groupId, from: name, to: 'Crew' } });
    given(group)(created).when({ type: 'RenameGroup', data: { groupId, name } }).records();
  });
  it('names who was in it when it is deleted', () => {
    given(group)(created, added('u1'), added('u2'))
      .when(remove)
      .records({ type: 'GroupDeleted', data: { groupId, name, memberIds: ['u1', 'u2'] } });
  });
  it('takes each member once, and lets each go once', () => {
    given(group)(created).when(add).records(added('u1'));
    given(group)(created, added('u1')).when(add).records();
    given(group)(created, added('u1')).when(takeOut).records(removed);
    given(group)(created, added('u1'), removed).when(takeOut).records();
  });
  it('takes a thousand members and not one more', () => {
    const members = Array.from({ length: 1_000 }, (_, n) => added(`other-${n}`));
    given(group)(created, ...members)
      .when(add)
      .rejects('TooManyMembers');
    given(group)(created, ...members.slice(1))
      .when(add)
      .records(added('u1'));
  });
});

describe.each([rename, remove, add, takeOut])('$type', (command) => {
  it('is refused for a group that never was, or is no more', () => {
    given(group)().when(command).rejects('GroupUnknown');
    given(group)(created, deleted).when(command).rejects('GroupUnknown');
  });
});
