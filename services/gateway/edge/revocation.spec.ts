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

const HELD: Readonly<Record<string, Held>> = {
  viewer: { userId: 'una', signInId: 'laptop', sessionId: 's1' },
  'viewer of another session': { userId: 'una', signInId: 'laptop', sessionId: 's2' },
  'stream of another sign-in': { userId: 'una', signInId: 'phone' },
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
      'sortie.identity.UserDisabled.v1',
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
      ['viewer', 'viewer of another session', 'stream of another sign-in'],
    ],
  ])('%s of %j: %j', (type, data, expected) => {
    expect(revoked(type, data)).toEqual(expected);
  });
});
