import type { ViewerMode } from '#shared/contracts/session.js';
import type { SessionShared, ShareEvent } from '#shared/contracts/sharing.js';
import { accept, type Decider, type Decision, type Message, reject } from '#shared/es/decider.js';

type Live = Readonly<{
  status: 'live' | 'revoked';
  sessionId: string;
  ownerId: string;
  secretHash: string | null;
  mode: ViewerMode;
  peopleMax: number;
  /** Whom it lets in. */
  guestIds: readonly string[];
  expiresAt: string;
}>;
export type Share = Readonly<{ status: 'absent' }> | Live;

type To<Type extends string, Data> = Message<Type, { shareId: string } & Data>;
/** `by` is who asks; `at` is now. */
export type ShareCommand =
  | Message<'ShareSession', SessionShared['data']>
  | To<'AcceptShare', { by: string; secretHash: string; at: string }>
  | To<'ChangeShare', { sessionId: string; by: string; mode: ViewerMode; at: string }>
  | To<'RevokeShare', { sessionId: string; by: string }>;

/** What the owner of a session lets others do in it, until when. It ends by itself at its time. */
export const share: Decider<ShareCommand, ShareEvent, Share> = {
  initialState: { status: 'absent' },

  evolve(state, event): Share {
    if (event.type === 'SessionShared') return shared(event.data);
    if (state.status === 'absent') return state;
    switch (event.type) {
      case 'ShareAccepted':
        return { ...state, guestIds: [...state.guestIds, event.data.guestId] };
      case 'ShareModeChanged':
        return { ...state, mode: event.data.to };
      case 'ShareRevoked':
        return { ...state, status: 'revoked' };
    }
  },

  decide(command, state) {
    if (command.type === 'ShareSession') {
      if (state.status !== 'absent') return unknown();
      const { guestId, userId } = command.data;
      return guestId === userId ? yours() : accept({ type: 'SessionShared', data: command.data });
    }
    if (state.status !== 'live') return unknown();
    return command.type === 'AcceptShare' ? taken(command.data, state) : owned(command, state);
  },
};

/** What a share lets somebody do at a time; undefined for nothing. */
export function modeFor(state: Share, guestId: string, at: string): ViewerMode | undefined {
  if (state.status !== 'live' || at >= state.expiresAt) return undefined;
  return state.guestIds.includes(guestId) ? state.mode : undefined;
}

/** The one of two modes that allows less. */
export const lesserMode = (one: ViewerMode, other: ViewerMode): ViewerMode =>
  one === 'control' && other === 'control' ? 'control' : 'view';

function shared(data: SessionShared['data']): Live {
  const { sessionId, userId: ownerId, guestId, secretHash, mode, peopleMax, expiresAt } = data;
  const guestIds = guestId === null ? [] : [guestId];
  return { status: 'live', sessionId, ownerId, secretHash, mode, peopleMax, guestIds, expiresAt };
}

type Taking = Extract<ShareCommand, { type: 'AcceptShare' }>['data'];

/** A person's share has no secret, so nothing that comes from outside is ever it. */
function taken({ shareId, by, secretHash, at }: Taking, state: Live): Decision<ShareEvent> {
  const { sessionId, ownerId: userId, mode, expiresAt, guestIds, peopleMax } = state;
  if (state.secretHash === null || state.secretHash !== secretHash) return unknown();
  if (at >= expiresAt) return unknown();
  if (by === userId) return yours();
  if (guestIds.includes(by)) return accept();
  if (guestIds.length >= peopleMax) {
    const detail = `${peopleMax} people have taken this link; ask who sent it for another one.`;
    return reject('ShareFull', detail);
  }
  const data = { shareId, sessionId, userId, guestId: by, mode, expiresAt };
  return accept({ type: 'ShareAccepted', data });
}

type Owned = Extract<ShareCommand, { type: 'ChangeShare' | 'RevokeShare' }>;

function owned(command: Owned, state: Live): Decision<ShareEvent> {
  const { shareId, sessionId, by } = command.data;
  // Others must not find out which ids there are.
  if (by !== state.ownerId || sessionId !== state.sessionId) return unknown();
  const { ownerId: userId } = state;
  const of = { shareId, sessionId, userId, guestIds: [...state.guestIds] };
  if (command.type === 'RevokeShare') return accept({ type: 'ShareRevoked', data: of });
  const { mode: to, at } = command.data;
  if (at >= state.expiresAt) return unknown();
  if (to === state.mode) return accept();
  return accept({ type: 'ShareModeChanged', data: { ...of, from: state.mode, to } });
}

const unknown = () =>
  reject('ShareUnknown', 'This share is not there, or not any more; ask for a new one.');

const yours = () =>
  reject('ShareIsYours', 'This is your own session: open it as it is, without a share.');
