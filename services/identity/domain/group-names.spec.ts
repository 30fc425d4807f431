import { describe, it } from 'vitest';
import type { GroupNameEvent } from '#shared/contracts/groups.js';
import { given } from '#test/support/given.js';
import { groupNames, NAME_ABANDONED_AFTER_MS } from './group-names.js';

const at = '2026-11-20T10:00:00.000Z';
const later = new Date(Date.parse(at) + NAME_ABANDONED_AFTER_MS).toISOString();
const justBefore = new Date(Date.parse(later) - 1).toISOString();

const claimed = (groupId: string, name = 'Staff', claimedAt = at): GroupNameEvent => ({
  type: 'GroupNameClaimed',
  data: { name, groupId, claimedAt },
});
const released: GroupNameEvent = {
  type: 'GroupNameReleased',
  data: { name: 'Staff', groupId: 'g1' },
};
const claim = (groupId: string, name = 'Staff', when = at) =>
  ({ type: 'ClaimGroupName', data: { name, groupId, at: when } }) as const;
const takeOver = (groupId: string, from: string) =>
  ({ type: 'TakeOverGroupName', data: { name: 'Staff', groupId, at: later, from } }) as const;
const release = (groupId: string) =>
  ({ type: 'ReleaseGroupName', data: { name: 'Staff', groupId } }) as const;

describe('claiming the name of a group', () => {
  it('reserves a free one', () => {
    given(groupNames)().when(claim('g1')).records(claimed('g1'));
    given(groupNames)(claimed('g1'), released).when(claim('g2')).records(claimed('g2'));
  });
  it('records nothing when it is the same group’s already, in any case', () => {
    given(groupNames)(claimed('g1')).when(claim('g1', 'STAFF')).records();
  });
  it('makes an old claim of its own anew, and nobody takes that over', () => {
    given(groupNames)(claimed('g1'))
      .when(claim('g1', 'Staff', later))
      .records(claimed('g1', 'Staff', later));
    given(groupNames)(claimed('g1', 'Staff', later))
      .when(takeOver('g2', 'g1'))
      .rejects('GroupNameTaken');
  });
  it('is refused while somebody else’s claim is fresh, in any case', () => {
    given(groupNames)(claimed('g1'))
      .when(claim('g2', 'staff', justBefore))
      .rejects('GroupNameTaken');
  });
  it('says of an old claim that it may have been abandoned', () => {
    given(groupNames)(claimed('g1'))
      .when(claim('g2', 'staff', later))
      .rejects('ClaimIsOld');
  });
  it('takes names that every object has for what they are', () => {
    given(groupNames)().when(claim('g1', 'constructor')).records(claimed('g1', 'constructor'));
    given(groupNames)(claimed('g1', '__proto__'))
      .when(claim('g2', '__proto__'))
      .rejects('GroupNameTaken');
  });
  it('is refused when there are as many groups as there may be', () => {
    const all = Array.from({ length: 1_000 }, (_, n) => claimed(`g${n}`, `Group ${n}`));
    given(groupNames)(...all)
      .when(claim('more'))
      .rejects('TooManyGroups');
  });
});

describe('taking the name of a group over', () => {
  it('reserves it for the new group, unless somebody was faster', () => {
    given(groupNames)(claimed('g1'))
      .when(takeOver('g2', 'g1'))
      .records(claimed('g2', 'Staff', later));
    given(groupNames)(claimed('g3')).when(takeOver('g2', 'g1')).rejects('GroupNameTaken');
  });
});

describe('releasing the name of a group', () => {
  it('is recorded for who holds it, and for nobody else', () => {
    given(groupNames)(claimed('g1')).when(release('g1')).records(released);
    given(groupNames)(claimed('g1')).when(release('g2')).records();
    given(groupNames)().when(release('g1')).records();
  });
});
