import type { Commit } from '#shared/es/commit.js';
import { type CloseReason, grantExpired, revoked, targetEnded } from '../viewer/viewer-proxy.js';

/** Something a person has open: a viewer or an event stream. */
export type Held = Readonly<{ userId: string; signInId?: string | undefined; sessionId?: string }>;

export type Revocation = Readonly<{ matches: (held: Held) => boolean; reason: CloseReason }>;

const typeName = (type: string): string => type.split('.').at(-2) ?? '';

/** What an event takes away at once: the viewers of an ended session, all that a sign-in or a user has open. */
export function revocationsOf(commit: Commit): Revocation[] {
  return commit.events.flatMap(({ type, data }) => {
    const of = data as {
      sessionId: string;
      userId: string;
      signInId: string;
      keptSignInId: string;
    };
    switch (typeName(type)) {
      case 'SessionStopped':
      case 'SessionFailed':
        return [{ matches: (held) => held.sessionId === of.sessionId, reason: targetEnded }];
      case 'SessionExpired':
        return [{ matches: (held) => held.sessionId === of.sessionId, reason: grantExpired }];
      case 'SignedOut':
        return [{ matches: (held) => held.signInId === of.signInId, reason: revoked }];
      case 'UserDisabled':
        return [{ matches: (held) => held.userId === of.userId, reason: revoked }];
      case 'PasswordChanged': {
        const matches = (held: Held) =>
          held.userId === of.userId && held.signInId !== of.keptSignInId;
        return [{ matches, reason: revoked }];
      }
      default:
        return [];
    }
  });
}
