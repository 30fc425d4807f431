import type { SessionEvent, SessionRequested } from '#shared/contracts/session.js';
import { SYSTEM } from '#shared/es/operation.js';
import type { Trail } from './trail.js';

type Whose = Pick<SessionRequested['data'], 'sessionId' | 'userId' | 'appId'>;

const onSession = (sessionId: string) => ['session', sessionId] as const;
const whose = ({ sessionId, userId, appId }: Whose) => ({
  session_id: sessionId,
  user_id: userId,
  app_id: appId,
});

/** What the trail says of the events of sessions, their runtimes and their viewers (S-57). */
export const sessionTrail: Trail<SessionEvent> = {
  SessionRequested: ({ data }) => ({
    action: 'CREATE_SESSION',
    resource: onSession(data.sessionId),
    details: {
      ...whose(data),
      app_name: data.appName,
      expires_at: data.expiresAt,
      ...(data.queuePosition !== undefined && { queue_position: data.queuePosition }),
    },
  }),
  SessionAdmitted: ({ data }) => ({
    action: 'ADMIT_SESSION',
    resource: onSession(data.sessionId),
    details: { ...whose(data), expires_at: data.expiresAt },
  }),
  SessionExpiryWarned: ({ data }) => ({
    action: 'WARN_SESSION',
    resource: onSession(data.sessionId),
    details: { ...whose(data), ends_at: data.endsAt, ending: data.ending },
  }),
  SessionExtended: ({ data }) => ({
    action: 'EXTEND_SESSION',
    resource: onSession(data.sessionId),
    details: { ...whose(data), expires_at: data.expiresAt },
  }),
  SessionStarted: ({ data }) => ({
    action: 'START_SESSION',
    resource: onSession(data.sessionId),
    details: { ...whose(data), pod_name: data.podName },
  }),
  SessionStopped: ({ data }) => ({
    action: 'TERMINATE_SESSION',
    resource: onSession(data.sessionId),
    details: { ...whose(data), reason: data.reason },
  }),
  SessionExpired: ({ data }) => ({
    action: 'EXPIRE_SESSION',
    resource: onSession(data.sessionId),
    details: { ...whose(data), reason: data.reason },
  }),
  SessionFailed: ({ data, cloud }) => ({
    // A session that a person ends before it runs has failed by S-41, and the person has ended it all the same.
    action: cloud.actor === SYSTEM.id ? 'FAIL_SESSION' : 'TERMINATE_SESSION',
    resource: onSession(data.sessionId),
    details: { ...whose(data), reason: data.reason },
  }),
  RuntimeEnded: ({ data }) => ({
    action: 'END_RUNTIME',
    resource: onSession(data.sessionId),
    details: { ...whose(data), how: data.how },
  }),
  RuntimeEndFailed: ({ data }) => ({
    action: 'FAIL_RUNTIME_END',
    resource: onSession(data.sessionId),
    details: { ...whose(data), attempt: data.attempt, reason: data.reason },
  }),
  RuntimeAdopted: ({ data }) => ({
    action: 'ADOPT_RUNTIME',
    resource: onSession(data.sessionId),
    details: whose(data),
  }),
  RuntimeReaped: ({ data }) => ({
    action: 'REAP_RUNTIME',
    resource: onSession(data.sessionId),
    details: { session_id: data.sessionId, user_id: data.userId, how: data.how },
  }),
  SessionActivitySeen: { leftOut: 'not a mutation, and one a minute would bury the trail' },
  SlotTaken: { leftOut: 'the request or the admission of its session has an entry' },
  SessionQueued: {
    leftOut: 'the request of its session has an entry, with the place in the queue',
  },
  QueueMoved: { leftOut: 'nothing that anybody did to this session' },
  SlotFreed: { leftOut: 'the end of its session has an entry' },
  SessionPreparing: { leftOut: 'progress of a start, whose request and outcome have entries' },
  ViewerTicketIssued: ({ data }) => ({
    action: 'ISSUE_VIEWER_TICKET',
    resource: onSession(data.sessionId),
    details: { session_id: data.sessionId, mode: data.mode, expires_at: data.expiresAt },
  }),
  ViewerTicketRedeemed: ({ data }) => ({
    action: 'OPEN_VIEWER',
    resource: onSession(data.sessionId),
    details: { session_id: data.sessionId, mode: data.mode },
    user: data.userId,
  }),
};
