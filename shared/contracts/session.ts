import { z } from 'zod';
import { STREAM_ID } from '#shared/es/commit.js';
import type { AttemptRefused } from '#shared/es/attempt-refused.js';
import { eventTypes, type Message } from '#shared/es/decider.js';
import { operationsOf, PEOPLE } from '#shared/es/operation.js';
import type { AdmissionEvent } from './admission.js';
import { appId, userId } from './catalog.js';
import { pageQuery } from './page.js';
import type { RuntimeEndpoint } from './runtime-endpoint.js';

/** S-40. The last three are final. */
export const SESSION_STATUSES = ['creating', 'running', 'stopped', 'expired', 'failed'] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];
export const VIEWER_MODES = ['control', 'view'] as const;
export type ViewerMode = (typeof VIEWER_MODES)[number];

export const sessionId = z.string().regex(STREAM_ID, 'is no session id');
const status = z.enum(SESSION_STATUSES);
const mode = z.enum(VIEWER_MODES);
const time = z.iso.datetime();
/** 32 random bytes in base64url. */
const ticket = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'is no viewer ticket');
export const endpoint = z.union([
  z.object({ kind: z.literal('unix'), path: z.string() }),
  z.object({ kind: z.literal('tcp'), host: z.string(), port: z.number().int() }),
]);

/** What a session can wait for before its desktop starts. */
const PREPARATION_STEPS = ['image'] as const;
const bytes = z.number().int().min(0);
const preparation = {
  step: z.enum(PREPARATION_STEPS).describe('`image`: the image of its app is being fetched'),
  done: bytes.describe('Bytes that are there'),
  total: bytes.describe('Bytes of all that is known of; it may grow, and is 0 while unknown'),
};

/** A session as the API shows it. */
export const sessionView = z.object({
  id: sessionId,
  user_id: userId,
  app_id: appId,
  app_name: z.string(),
  pod_name: z.string().nullable().describe('Name of its runtime, once it runs'),
  pod_ip: z.string().nullable().describe('Null where the runtime has no address of its own'),
  status,
  created_at: time,
  updated_at: time.describe('When its status last changed'),
  last_active_at: time.nullable().describe('Last use of keyboard, pointer or clipboard'),
  expires_at: time.describe('When it ends by itself; of one in the queue: not before this'),
  queue_position: z
    .number()
    .int()
    .min(1)
    .nullable()
    .describe('Its place in the queue, from 1, while all places for sessions are taken; else null'),
  idle_expires_at: time
    .nullable()
    .describe('When it ends if nobody uses keyboard, pointer or clipboard before; null: never'),
  warn_at: time
    .nullable()
    .describe('When its user is warned of its end; null while it does not run'),
  reason: z.string().optional().describe('Why it ended, or what it waits for'),
  preparation: z
    .object(preparation)
    .nullable()
    .describe('How far it is while it is being created, where that takes long; else null'),
});
export type SessionView = z.infer<typeof sessionView>;
export type PreparationView = NonNullable<SessionView['preparation']>;

/** Every event of a session names whose it is, so that nobody has to look it up to know who may see it. */
type Whose = { sessionId: string; userId: string; appId: string };
type Ended = Whose & { reason: string };
/** How a stop found the runtime: nothing ran, all ended when asked, or some had to be killed. */
export type RuntimeEnding = 'gone' | 'terminated' | 'killed';

export type SessionRequested = Message<
  'SessionRequested',
  Whose & {
    appName: string;
    image: string;
    geometry: { width: number; height: number };
    expiresAt: string;
    /** Its place in the queue; one that has none was admitted at once. */
    queuePosition?: number;
  }
>;
/** A session that waited has a place now: the time for its start and its lifetime begin. */
export type SessionAdmitted = Message<'SessionAdmitted', Whose & { expiresAt: string }>;
/** What ends a session by itself: its lifetime, or that nobody uses it. */
export const ENDINGS = ['lifetime', 'idle'] as const;
export type Ending = (typeof ENDINGS)[number];
export type SessionExpiryWarned = Message<
  'SessionExpiryWarned',
  Whose & { endsAt: string; ending: Ending }
>;
export type SessionExtended = Message<'SessionExtended', Whose & { expiresAt: string }>;
export type SessionStarted = Message<
  'SessionStarted',
  Whose & { podName: string; podIp: string | null; endpoint: RuntimeEndpoint }
>;
export type SessionStopped = Message<'SessionStopped', Ended>;
export type SessionExpired = Message<'SessionExpired', Ended>;
export type SessionFailed = Message<'SessionFailed', Ended>;
export type RuntimeEnded = Message<'RuntimeEnded', Whose & { how: RuntimeEnding }>;
export type RuntimeEndFailed = Message<
  'RuntimeEndFailed',
  Whose & { attempt: number; reason: string }
>;
/** Sortie was started again and found the session's runtime alive. */
export type RuntimeAdopted = Message<'RuntimeAdopted', Whose>;
/** A runtime that nothing should be running was ended. Nobody's when its session is unknown here. */
export type RuntimeReaped = Message<
  'RuntimeReaped',
  { sessionId: string; userId: string | null; appId: string | null; how: RuntimeEnding }
>;
export type SessionLifeEvent =
  | SessionRequested
  | SessionAdmitted
  | SessionExpiryWarned
  | SessionExtended
  | SessionStarted
  | SessionStopped
  | SessionExpired
  | SessionFailed
  | RuntimeEnded
  | RuntimeEndFailed
  | RuntimeAdopted
  | RuntimeReaped;

/** Somebody used the session. It has a stream of its own, so that use doesn't make a session's version move. */
export type SessionActivitySeen = Message<
  'SessionActivitySeen',
  { sessionId: string; userId: string; at: string }
>;

/**
 * A start that takes long has come so far; `startedAt` tells one start of a session from the next. It has a stream of
 * its own for the same reason.
 */
export type SessionPreparing = Message<
  'SessionPreparing',
  PreparationView & { sessionId: string; userId: string; startedAt: string }
>;

/** A viewer ticket is known by the hash of it alone: the stream's id. */
type Granted = {
  sessionId: string;
  /** Who may open the viewer. */
  userId: string;
  signInId: string;
  mode: ViewerMode;
  /** The session's owner and the share, where the ticket is for somebody else. */
  ownerId?: string;
  shareId?: string;
};
export type ViewerTicketIssued = Message<'ViewerTicketIssued', Granted & { expiresAt: string }>;
export type ViewerTicketRedeemed = Message<'ViewerTicketRedeemed', Granted>;
export type ViewerTicketEvent = ViewerTicketIssued | ViewerTicketRedeemed;
export type SessionEvent =
  SessionLifeEvent | SessionActivitySeen | SessionPreparing | AdmissionEvent | ViewerTicketEvent;

export const SESSION_EVENTS = eventTypes<SessionEvent | AttemptRefused>({
  SessionRequested: true,
  SessionAdmitted: true,
  SessionExpiryWarned: true,
  SessionExtended: true,
  SessionStarted: true,
  SessionStopped: true,
  SessionExpired: true,
  SessionFailed: true,
  RuntimeEnded: true,
  RuntimeEndFailed: true,
  RuntimeAdopted: true,
  RuntimeReaped: true,
  SessionActivitySeen: true,
  SessionPreparing: true,
  SlotTaken: true,
  SessionQueued: true,
  QueueMoved: true,
  SlotFreed: true,
  ViewerTicketIssued: true,
  ViewerTicketRedeemed: true,
  AttemptRefused: true,
});

const { command, query } = operationsOf('session');
const resource = { type: 'session', id: 'session_id' } as const;
const one = z.strictObject({ session_id: sessionId });

export const RequestSession = command('RequestSession', {
  allow: PEOPLE,
  data: z.strictObject({ app_id: appId }),
  result: sessionView,
  resource: { type: 'app', id: 'app_id' },
});
export const StopSession = command('StopSession', {
  allow: [...PEOPLE, 'console', 'system'],
  data: one,
  result: sessionView,
  resource,
});
export const ExtendSession = command('ExtendSession', {
  allow: PEOPLE,
  data: one,
  result: sessionView,
  resource,
});
const count = z.number().int().min(0);
export const FindQuota = query('FindQuota', {
  allow: [...PEOPLE, 'console'],
  data: z.strictObject({}),
  result: z.object({
    per_user: count.describe('Sessions that one person may have, those in the queue included'),
    total: count.describe('Sessions that may be alive at once, of all people'),
    mine: count.describe('Sessions that you have, those in the queue included'),
    running: count.describe('Sessions of all people that have a place'),
    queued: count.describe('Sessions of all people that wait for one'),
  }),
});
export const FindSession = query('FindSession', {
  past: true,
  allow: [...PEOPLE, 'console', 'system'],
  data: one,
  result: sessionView,
  resource,
});
export const ListSessions = query('ListSessions', {
  past: true,
  allow: [...PEOPLE, 'console'],
  data: z.strictObject({
    status: status.optional(),
    scope: z
      .enum(['own', 'all'])
      .default('own')
      .describe("`all` shows everybody's sessions, to administrators"),
    ...pageQuery,
  }),
  result: z.object({ sessions: z.array(sessionView), next_cursor: z.string().optional() }),
});
export const RecordActivity = command('RecordActivity', {
  allow: ['system'],
  data: z.strictObject({ session_id: sessionId, at: time }),
  result: z.null(),
  resource,
});
/** The session service asks it of itself, while it starts a runtime. */
export const RecordPreparation = command('RecordPreparation', {
  allow: ['system'],
  data: z.strictObject({ session_id: sessionId, started_at: time, ...preparation }),
  result: z.null(),
  resource,
});
export const IssueViewerTicket = command('IssueViewerTicket', {
  ...{ allow: PEOPLE, person: true },
  data: z.strictObject({ session_id: sessionId, mode: mode.default('control') }),
  result: z.object({
    ticket: ticket.describe('Good for one WebSocket, as subprotocol `ticket.<ticket>`'),
    mode: mode.describe('What it allows: no more than was asked for, nor than the share does'),
    expires_at: time,
    url: z.string().describe('Where to open the WebSocket'),
  }),
  resource,
});
export const RedeemViewerTicket = command('RedeemViewerTicket', {
  allow: ['system'],
  data: z.strictObject({ session_id: sessionId, ticket }),
  result: z.object({
    session_id: sessionId,
    user_id: userId,
    owner_id: userId.describe('Whose session it is'),
    share_id: z.string().nullable().describe('The share that lets the user in; null for the owner'),
    sign_in_id: z.string(),
    mode,
    endpoint,
    expires_at: time.describe('When the session expires'),
    share_expires_at: time.nullable(),
  }),
  resource,
});

export const sessionOperations = [
  RequestSession,
  StopSession,
  ExtendSession,
  FindQuota,
  FindSession,
  ListSessions,
  RecordActivity,
  RecordPreparation,
  IssueViewerTicket,
  RedeemViewerTicket,
] as const;
