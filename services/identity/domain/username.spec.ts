import { describe, it } from 'vitest';
import type { UsernameClaimed } from '#shared/contracts/identity.js';
import { given } from '#test/support/given.js';
import { CLAIM_ABANDONED_AFTER_MS, username } from './username.js';

const at = '2026-11-20T10:00:00.000Z';
const later = new Date(Date.parse(at) + CLAIM_ABANDONED_AFTER_MS).toISOString();
const justBefore = new Date(Date.parse(later) - 1).toISOString();

const claimed = (userId: string, claimedAt = at): UsernameClaimed => ({
  type: 'UsernameClaimed',
  data: { userId, claimedAt },
});
const claim = (userId: string, when = at) =>
  ({ type: 'ClaimUsername', data: { userId, at: when } }) as const;
const takeOver = (userId: string, from: string) =>
  ({ type: 'TakeOverUsername', data: { userId, at: later, from } }) as const;

describe('claiming a name', () => {
  it('reserves a free one', () => {
    given(username)().when(claim('u1')).records(claimed('u1'));
  });
  it('records nothing when it is the same user’s already', () => {
    given(username)(claimed('u1')).when(claim('u1', later)).records();
  });
  it('is refused while somebody else’s claim is fresh', () => {
    given(username)(claimed('u1')).when(claim('u2', justBefore)).rejects('UserNameTaken');
  });
  it('says of an old claim that it may have been abandoned', () => {
    given(username)(claimed('u1')).when(claim('u2', later)).rejects('ClaimIsOld');
  });
});

describe('taking a name over', () => {
  it('reserves it for the new user', () => {
    given(username)(claimed('u1')).when(takeOver('u2', 'u1')).records(claimed('u2', later));
  });
  it('is refused when somebody was faster', () => {
    given(username)(claimed('u1'), claimed('u3', later))
      .when(takeOver('u2', 'u1'))
      .rejects('UserNameTaken');
  });
  it('records nothing when it is done', () => {
    given(username)(claimed('u2', later)).when(takeOver('u2', 'u1')).records();
  });
});
