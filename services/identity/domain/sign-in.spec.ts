import { describe, it } from 'vitest';
import type { SignInEvent } from '#shared/contracts/identity.js';
import { given } from '#test/support/given.js';
import {
  REPLACED_TOKEN_GRACE_MS,
  ROTATE_AFTER_MS,
  SIGN_IN_LIFETIME_MS,
  signIn,
} from './sign-in.js';

const start = Date.parse('2026-11-20T10:00:00.000Z');
const at = (ms: number): string => new Date(start + ms).toISOString();

const ids = { signInId: 's1', userId: 'u1' };
const begun = { ...ids, credentialId: 'c1', tokenHash: 'first', issuedAt: at(0) };
const signedIn: SignInEvent = {
  type: 'SignedIn',
  data: { ...begun, droppedSignInIds: [], expiresAt: at(SIGN_IN_LIFETIME_MS) },
};
const rotated: SignInEvent = {
  type: 'SignInRotated',
  data: {
    ...ids,
    tokenHash: 'second',
    issuedAt: at(ROTATE_AFTER_MS),
    previousTokenHash: 'first',
    previousValidUntil: at(ROTATE_AFTER_MS + REPLACED_TOKEN_GRACE_MS),
  },
};
const signedOut: SignInEvent = { type: 'SignedOut', data: ids };

const startCommand = { type: 'StartSignIn', data: { ...begun, droppedSignInIds: [] } } as const;
const rotate = (presentedHash: string, ms: number, newHash = 'second') =>
  ({
    type: 'RotateSignIn',
    data: { signInId: 's1', presentedHash, newHash, at: at(ms) },
  }) as const;
const end = (userId: string) => ({ type: 'EndSignIn', data: { signInId: 's1', userId } }) as const;

describe('starting a sign-in', () => {
  it('ends it in twelve hours', () => {
    given(signIn)().when(startCommand).records(signedIn);
  });
  it('happens once', () => {
    given(signIn)(signedIn).when(startCommand).rejects('SignInRequired');
  });
});

describe('rotating a sign-in', () => {
  it('replaces a token that has grown old and lets it work a little longer', () => {
    given(signIn)(signedIn).when(rotate('first', ROTATE_AFTER_MS)).records(rotated);
  });
  it('leaves a young token alone', () => {
    given(signIn)(signedIn)
      .when(rotate('first', ROTATE_AFTER_MS - 1))
      .records();
  });
  it('is done when another request did it', () => {
    given(signIn)(signedIn, rotated)
      .when(rotate('first', ROTATE_AFTER_MS + 1, 'third'))
      .records();
  });
  it('is refused once it expired or was ended', () => {
    given(signIn)(signedIn).when(rotate('first', SIGN_IN_LIFETIME_MS)).rejects('SignInRequired');
    given(signIn)(signedIn, signedOut).when(rotate('first', 1)).rejects('SignInRequired');
    given(signIn)().when(rotate('first', 1)).rejects('SignInRequired');
  });
});

describe('ending a sign-in', () => {
  it('is recorded once', () => {
    given(signIn)(signedIn).when(end('u1')).records(signedOut);
    given(signIn)(signedIn, signedOut).when(end('u1')).records();
  });
  it('is refused to anybody else', () => {
    given(signIn)(signedIn).when(end('u2')).rejects('SignInRequired');
  });
});
