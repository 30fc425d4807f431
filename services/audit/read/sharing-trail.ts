import type { SharingEvent } from '#shared/contracts/sharing.js';
import type { Trail } from './trail.js';

const onSession = (sessionId: string) => ['session', sessionId] as const;
type OfShare = Readonly<{ shareId: string; sessionId: string; userId: string }>;
const share = ({ shareId, sessionId, userId }: OfShare) => ({
  ...{ share_id: shareId, session_id: sessionId, owner_id: userId },
});
type OfViewer = Readonly<{
  viewerId: string;
  sessionId: string;
  userId: string;
  watcherId: string;
  mode: string;
  shareId: string | null;
}>;
const viewer = ({ viewerId, sessionId, userId, watcherId, mode, shareId }: OfViewer) => ({
  ...{ viewer_id: viewerId, session_id: sessionId, owner_id: userId, watcher_id: watcherId },
  ...{ mode, share_id: shareId },
});

/** What the trail says of sessions that were shared, and of who watched them. */
export const sharingTrail: Trail<SharingEvent> = {
  SessionShared: ({ data }) => ({
    action: 'SHARE_SESSION',
    resource: onSession(data.sessionId),
    details: {
      ...share(data),
      ...{ guest_id: data.guestId, mode: data.mode },
      ...{ people_max: data.peopleMax, expires_at: data.expiresAt },
    },
  }),
  ShareAccepted: ({ data }) => ({
    action: 'ACCEPT_SHARE',
    resource: onSession(data.sessionId),
    details: { ...share(data), guest_id: data.guestId, mode: data.mode },
  }),
  ShareModeChanged: ({ data }) => ({
    action: 'CHANGE_SHARE',
    resource: onSession(data.sessionId),
    details: { ...share(data), changes: { mode: { from: data.from, to: data.to } } },
  }),
  ShareRevoked: ({ data }) => ({
    action: 'REVOKE_SHARE',
    resource: onSession(data.sessionId),
    details: share(data),
  }),
  ViewerJoined: ({ data }) => ({
    action: 'JOIN_SESSION',
    resource: onSession(data.sessionId),
    details: viewer(data),
  }),
  ViewerLeft: ({ data }) => ({
    action: 'LEAVE_SESSION',
    resource: onSession(data.sessionId),
    // A gateway that was lost could not tell: then nobody knows when it was.
    details: { ...viewer(data), close_code: data.code },
    user: data.watcherId,
  }),
  ViewersConfirmed: { leftOut: 'a gateway still runs, which is nothing that anybody did' },
  FrameSeen: ({ data }) => ({
    action: 'SEE_FRAME',
    resource: onSession(data.sessionId),
    details: { session_id: data.sessionId, owner_id: data.userId, watcher_id: data.watcherId },
  }),
};
