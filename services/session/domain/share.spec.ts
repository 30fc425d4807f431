import { describe, expect, it } from 'vitest';
import type { SessionShared, ShareEvent } from '#shared/contracts/sharing.js';
import { given } from '#test/support/given.js';
import { lesserMode, modeFor, share, type ShareCommand } from './share.js';

const of = { shareId: 'h1', sessionId: 's1', userId: 'ann' };
const base = {
  ...of,
  mode: 'control',
  peopleMax: 1,
  expiresAt: '2026-11-21T11:00:00.000Z',
} as const;
const withBert: SessionShared = {
  type: 'SessionShared',
  data: { ...base, guestId: 'bert', secretHash: null },
};
const byLink: SessionShared = {
  type: 'SessionShared',
  data: { ...base, guestId: null, secretHash: 'hash', peopleMax: 2 },
};
const accepted = (guestId: string): ShareEvent => ({
  type: 'ShareAccepted',
  data: { ...of, guestId, mode: 'control', expiresAt: base.expiresAt },
});
const revoked: ShareEvent = { type: 'ShareRevoked', data: { ...of, guestIds: [] } };
const IN_TIME = '2026-11-21T10:59:59.999Z';
const accept = (by: string, over: object = {}): ShareCommand => ({
  type: 'AcceptShare',
  data: { shareId: 'h1', by, secretHash: 'hash', at: IN_TIME, ...over },
});
const change = (over: object = {}): ShareCommand => ({
  type: 'ChangeShare',
  data: { shareId: 'h1', sessionId: 's1', by: 'ann', mode: 'view', at: IN_TIME, ...over },
});
const revoke = (over: object = {}): ShareCommand => ({
  type: 'RevokeShare',
  data: { shareId: 'h1', sessionId: 's1', by: 'ann', ...over },
});

describe('sharing a session', () => {
  it('lets one person in', () => {
    given(share)().when({ type: 'ShareSession', data: withBert.data }).records(withBert);
  });

  it('is not for its own user', () => {
    const data = { ...withBert.data, guestId: 'ann' };
    given(share)().when({ type: 'ShareSession', data }).rejects('ShareIsYours');
  });
});

describe('a link', () => {
  it('lets in who has its secret, as often as they come', () => {
    given(share)(byLink).when(accept('cy')).records(accepted('cy'));
    given(share)(byLink, accepted('cy')).when(accept('cy')).records();
  });

  it('is refused past its number of people', () => {
    given(share)(byLink, accepted('cy'), accepted('di')).when(accept('ed')).rejects('ShareFull');
  });

  it.each([
    ['another secret', byLink, { secretHash: 'other' }],
    ['a person’s share, which has none', withBert, { secretHash: 'null' }],
    ['the moment of its end', byLink, { at: base.expiresAt }],
  ])('is unknown with %s', (_, shared, over) => {
    given(share)(shared).when(accept('cy', over)).rejects('ShareUnknown');
  });

  it('is unknown once it is revoked, and before it is there', () => {
    given(share)(byLink, revoked).when(accept('cy')).rejects('ShareUnknown');
    given(share)().when(accept('cy')).rejects('ShareUnknown');
  });

  it('is not for the session’s own user', () => {
    given(share)(byLink).when(accept('ann')).rejects('ShareIsYours');
  });
});

describe('changing and revoking a share', () => {
  it('tells whom it let in', () => {
    const to: ShareEvent = {
      type: 'ShareModeChanged',
      data: { ...of, guestIds: ['bert'], from: 'control', to: 'view' },
    };
    given(share)(withBert).when(change()).records(to);
    given(share)(withBert, to).when(change()).records();
    const gone: ShareEvent = { type: 'ShareRevoked', data: { ...of, guestIds: ['cy', 'di'] } };
    given(share)(byLink, accepted('cy'), accepted('di')).when(revoke()).records(gone);
  });

  it.each([
    ['the guest', { by: 'bert' }],
    ['somebody else', { by: 'eve' }],
    ['the owner of it, under another session', { sessionId: 's2' }],
  ])('is not for %s, who does not even learn that it is there', (_, over) => {
    given(share)(withBert).when(revoke(over)).rejects('ShareUnknown');
    given(share)(withBert).when(change(over)).rejects('ShareUnknown');
  });

  it('is over once it is revoked or has expired', () => {
    given(share)(withBert, revoked).when(revoke()).rejects('ShareUnknown');
    given(share)(withBert, revoked).when(change()).rejects('ShareUnknown');
    given(share)(withBert)
      .when(change({ at: base.expiresAt }))
      .rejects('ShareUnknown');
  });
});

describe('what a share allows', () => {
  const after = (...events: ShareEvent[]) => events.reduce(share.evolve, share.initialState);

  it('is its mode, to whom it lets in, while it lasts', () => {
    expect(modeFor(after(withBert), 'bert', IN_TIME)).toBe('control');
    expect(modeFor(after(withBert), 'cy', IN_TIME)).toBeUndefined();
    expect(modeFor(after(byLink), 'cy', IN_TIME)).toBeUndefined();
    expect(modeFor(after(byLink, accepted('cy')), 'cy', IN_TIME)).toBe('control');
    expect(modeFor(after(withBert), 'bert', base.expiresAt)).toBeUndefined();
    expect(modeFor(after(withBert, revoked), 'bert', IN_TIME)).toBeUndefined();
    expect(modeFor(share.initialState, 'bert', IN_TIME)).toBeUndefined();
  });

  it('is never more than was asked for', () => {
    expect(lesserMode('control', 'control')).toBe('control');
    expect([lesserMode('view', 'control'), lesserMode('control', 'view')]).toEqual([
      'view',
      'view',
    ]);
  });
});
