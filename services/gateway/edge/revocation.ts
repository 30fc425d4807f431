import type { Commit } from '#shared/es/commit.js';
import {
  accessCut,
  type CloseReason,
  grantExpired,
  revoked,
  targetEnded,
} from '../viewer/viewer-proxy.js';

/** Something a person has open: a viewer or an event stream. */
export type Held = Readonly<{
  userId: string;
  signInId?: string | undefined;
  tokenId?: string | undefined;
  sessionId?: string;
  shareId?: string;
  mode?: 'control' | 'view';
}>;

export type Revocation = Readonly<{ matches: (held: Held) => boolean; reason: CloseReason }>;

/** What the events below tell, whichever it is. */
type Told = Readonly<{
  sessionId: string;
  userId: string;
  signInId: string;
  tokenId: string;
  keptSignInId: string | null;
  shareId: string;
  to: 'control' | 'view';
}>;
type Rule = readonly [reason: CloseReason, takes: (held: Held, told: Told) => boolean];

const ofSession: Rule[1] = (held, { sessionId }) => held.sessionId === sessionId;
const ofUser: Rule[1] = (held, { userId }) => held.userId === userId;

/** What each event takes away, by its name. */
const RULES: Readonly<Partial<Record<string, Rule>>> = {
  SessionStopped: [targetEnded, ofSession],
  SessionFailed: [targetEnded, ofSession],
  SessionExpired: [grantExpired, ofSession],
  ShareRevoked: [revoked, (held, { shareId }) => held.shareId === shareId],
  // Who may do more now goes on, and may ask for more.
  ShareModeChanged: [
    accessCut,
    (held, { shareId, to }) => held.shareId === shareId && held.mode === 'control' && to === 'view',
  ],
  SignedOut: [revoked, (held, { signInId }) => held.signInId === signInId],
  SignedOutEverywhere: [revoked, (held, told) => ofUser(held, told) && held.tokenId === undefined],
  ApiTokenRevoked: [revoked, (held, { tokenId }) => held.tokenId === tokenId],
  // What a person has open was opened with the old rights; it is opened again with the new ones.
  UserRoleChanged: [revoked, ofUser],
  UserDisabled: [revoked, ofUser],
  // A person's programs go on when the person takes a new password; when somebody else gives one, nothing does.
  PasswordChanged: [
    revoked,
    (held, told) =>
      ofUser(held, told) &&
      held.signInId !== told.keptSignInId &&
      !(held.tokenId !== undefined && told.keptSignInId !== null),
  ],
};

const typeName = (type: string): string => type.split('.').at(-2) ?? '';

/** What an event takes away at once: the viewers of an ended session, all that a sign-in or a user has open. */
export function revocationsOf(commit: Commit): Revocation[] {
  return commit.events.flatMap(({ type, data }) => {
    const rule = RULES[typeName(type)];
    if (!rule) return [];
    const [reason, takes] = rule;
    return [{ matches: (held) => takes(held, data as Told), reason }];
  });
}
