import { describe, expect, it } from 'vitest';
import type { Commit } from '#shared/es/commit.js';
import { type Held, revocationsOf } from './revocation.js';

const commit = (type: string, data: object): Commit =>
  ({
    sequence: 1,
    stream: 'sortie.event.session.session.s1',
    commandId: 'c',
    events: [{ type, data }],
  }) as unknown as Commit;

const guest = { userId: 'gil', signInId: 'sofa', sessionId: 's1', shareId: 'h1' };
const GUESTS: Readonly<Record<string, Held>> = {
  'guest with control': { ...guest, mode: 'control' },
  'guest who watches': { ...guest, mode: 'view' },
  'guest of another share': { ...guest, shareId: 'h2', mode: 'control' },
  owner: { userId: 'una', signInId: 'laptop', sessionId: 's1', mode: 'control' },
  'stream of the guest': { userId: 'gil', signInId: 'sofa' },
};

const HELD: Readonly<Record<string, Held>> = {
  viewer: { userId: 'una', signInId: 'laptop', sessionId: 's1' },
  'viewer of another session': { userId: 'una', signInId: 'laptop', sessionId: 's2' },
  'stream of another sign-in': { userId: 'una', signInId: 'phone' },
  'stream of a token': { userId: 'una', tokenId: 't1' },
  'stream of another user': { userId: 'otto', signInId: 'desk' },
  'stream of the operator': { userId: 'console', signInId: undefined },
};

const revoked = (type: string, data: object): string[] =>
  Object.keys(HELD).filter((name) =>
    revocationsOf(commit(type, data)).some(({ matches }) => matches(HELD[name] as Held)),
  );

describe('what an event takes away', () => {
  const session = { sessionId: 's1', userId: 'una' };
  it.each([
    ['sortie.session.SessionStopped.v1', session, ['viewer']],
    ['sortie.session.SessionFailed.v1', session, ['viewer']],
    ['sortie.session.SessionExpired.v1', session, ['viewer']],
    ['sortie.session.SessionStarted.v1', session, []],
    [
      'sortie.identity.SignedOut.v1',
      { userId: 'una', signInId: 'laptop' },
      ['viewer', 'viewer of another session'],
    ],
    [
      'sortie.identity.UserRoleChanged.v1',
      { userId: 'una', from: 'operator', to: 'user' },
      ['viewer', 'viewer of another session', 'stream of another sign-in', 'stream of a token'],
    ],
    [
      'sortie.identity.UserDisabled.v1',
      { userId: 'una' },
      ['viewer', 'viewer of another session', 'stream of another sign-in', 'stream of a token'],
    ],
    ['sortie.identity.ApiTokenRevoked.v1', { userId: 'una', tokenId: 't1' }, ['stream of a token']],
    ['sortie.identity.ApiTokenRevoked.v1', { userId: 'una', tokenId: 't2' }, []],
    [
      'sortie.identity.SignedOutEverywhere.v1',
      { userId: 'una' },
      ['viewer', 'viewer of another session', 'stream of another sign-in'],
    ],
    [
      'sortie.identity.PasswordChanged.v1',
      { userId: 'una', keptSignInId: 'laptop' },
      ['stream of another sign-in'],
    ],
    [
      'sortie.identity.PasswordChanged.v1',
      { userId: 'una', keptSignInId: null },
      ['viewer', 'viewer of another session', 'stream of another sign-in', 'stream of a token'],
    ],
  ])('%s of %j: %j', (type, data, expected) => {
    expect(revoked(type, data)).toEqual(expected);
  });
});

describe('what an event takes away from guests', () => {
  const of = { shareId: 'h1', sessionId: 's1', userId: 'una', guestIds: ['gil'] };
  it.each([
    ['ShareRevoked', of, ['guest with control', 'guest who watches'], 4403],
    ['ShareModeChanged', { ...of, from: 'control', to: 'view' }, ['guest with control'], 4409],
    ['ShareModeChanged', { ...of, from: 'view', to: 'control' }, [], undefined],
    ['SessionShared', { ...of, guestId: 'gil' }, [], undefined],
  ])('%s of %j: %j', (name, data, expected, code) => {
    const revocations = revocationsOf(commit(`sortie.session.${name}.v1`, data));
    const ended = Object.keys(GUESTS).filter((who) =>
      revocations.some(({ matches }) => matches(GUESTS[who] as Held)),
    );
    expect(ended).toEqual(expected);
    const hit = revocations.filter(({ matches }) => Object.values(GUESTS).some(matches));
    expect(hit.map(({ reason }) => reason.code)).toEqual(code === undefined ? [] : [code]);
  });

  it('is all that they have, when they sign out or are disabled', () => {
    for (const [type, data] of [
      ['sortie.identity.SignedOut.v1', { userId: 'gil', signInId: 'sofa' }],
      ['sortie.identity.UserDisabled.v1', { userId: 'gil' }],
    ] as const) {
      const [revocation] = revocationsOf(commit(type, data));
      const left = Object.values(GUESTS).filter((held) => !revocation?.matches(held));
      expect(left).toEqual([GUESTS['owner']]);
    }
  });
});
