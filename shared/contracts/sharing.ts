import { z } from 'zod';
import { STREAM_ID } from '#shared/es/commit.js';
import { eventTypes, type Message } from '#shared/es/decider.js';
import { operationsOf, PEOPLE } from '#shared/es/operation.js';
import { userName } from './account.js';
import { appId, userId } from './catalog.js';
import { endpoint, SESSION_STATUSES, sessionId, VIEWER_MODES, type ViewerMode } from './session.js';

export const SHARE_MINUTES_DEFAULT = 60;
const SHARE_MINUTES_MAX = 24 * 60;
/** Shares that one session may have at a time. */
export const SHARES_PER_SESSION_MAX = 20;
/** People who may take one link. */
export const LINK_PEOPLE_MAX = 20;
const LINK_PEOPLE_DEFAULT = 5;
/** Sessions of others that are listed, newest first. */
export const SHARED_WITH_ME_MAX = 200;
/** Viewers that one gateway can have, and tell of. */
const VIEWERS_MAX = 10_000;
/** A gateway that has viewers says so this often. */
export const VIEWERS_CONFIRMED_MS = 30_000;
/** A gateway that has said nothing for so long is gone, and its viewers with it. */
export const GATEWAY_LOST_MS = 90_000;

const shareId = z.string().regex(STREAM_ID, 'is no share id');
const viewerId = z.string().regex(STREAM_ID, 'is no viewer id');
const gatewayId = z.string().regex(STREAM_ID, 'is no gateway id');
const mode = z.enum(VIEWER_MODES);
const time = z.iso.datetime();
/** 32 bytes in base64url. */
const secret = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'is no secret of a link');

/** A share as the owner of the session sees it. */
export const shareView = z.object({
  id: shareId,
  session_id: sessionId,
  kind: z.enum(['person', 'link']),
  mode,
  people: z
    .array(z.object({ user_id: userId, user_name: z.string().optional() }))
    .describe('Whom it lets in: the person, or those who have taken the link'),
  people_max: z.number().int(),
  created_at: time,
  expires_at: time,
});
export type ShareView = z.infer<typeof shareView>;

/** A session of somebody else, as far as it is shared: nothing of where it runs. */
export const sharedSessionView = z.object({
  share_id: shareId,
  session_id: sessionId,
  owner_id: userId,
  owner_name: z.string().optional(),
  app_id: appId,
  app_name: z.string(),
  status: z.enum(SESSION_STATUSES),
  mode,
  since: time,
  expires_at: time.describe('When the share ends; the session may end before'),
});
export type SharedSessionView = z.infer<typeof sharedSessionView>;

/** A viewer that is open now. */
export const viewerView = z.object({
  id: viewerId,
  user_id: userId,
  user_name: z.string().optional(),
  mode,
  since: time,
});
export type ViewerView = z.infer<typeof viewerView>;

/** The session and its owner: `userId` is whose session it is, in every event, whoever did it. */
type Of = { sessionId: string; userId: string };
type OfShare = Of & { shareId: string };

export type SessionShared = Message<
  'SessionShared',
  OfShare & {
    /** Null for a link, which whoever has its secret may take. */
    guestId: string | null;
    secretHash: string | null;
    mode: ViewerMode;
    peopleMax: number;
    expiresAt: string;
  }
>;
/** Somebody took a link. */
export type ShareAccepted = Message<
  'ShareAccepted',
  OfShare & { guestId: string; mode: ViewerMode; expiresAt: string }
>;
export type ShareModeChanged = Message<
  'ShareModeChanged',
  OfShare & { guestIds: string[]; from: ViewerMode; to: ViewerMode }
>;
export type ShareRevoked = Message<'ShareRevoked', OfShare & { guestIds: string[] }>;
export type ShareEvent = SessionShared | ShareAccepted | ShareModeChanged | ShareRevoked;

/** `watcherId` has it open; `participantIds` may be in the session too, and hear of it. */
type OfViewer = Of & {
  viewerId: string;
  gatewayId: string;
  watcherId: string;
  mode: ViewerMode;
  shareId: string | null;
  participantIds: string[];
};
/** `order` grows from viewer to viewer of one gateway, over its restarts. */
export type ViewerJoined = Message<'ViewerJoined', OfViewer & { order: number }>;
/** `code` is the WebSocket's close code; null when the gateway was lost and could not tell. */
export type ViewerLeft = Message<'ViewerLeft', OfViewer & { code: number | null }>;
export type ViewerEvent = ViewerJoined | ViewerLeft;

/** A gateway that has viewers still runs: their lease. */
export type ViewersConfirmed = Message<
  'ViewersConfirmed',
  { gatewayId: string; viewers: number; at: string }
>;
/** Somebody who is not its owner looked at a picture of the session; told once a minute at most. */
export type FrameSeen = Message<'FrameSeen', Of & { watcherId: string; at: string }>;

export type SharingEvent = ShareEvent | ViewerEvent | ViewersConfirmed | FrameSeen;

export const SHARING_EVENTS = eventTypes<SharingEvent>({
  SessionShared: true,
  ShareAccepted: true,
  ShareModeChanged: true,
  ShareRevoked: true,
  ViewerJoined: true,
  ViewerLeft: true,
  ViewersConfirmed: true,
  FrameSeen: true,
});

const { command, query } = operationsOf('session');
const ofSession = { type: 'session', id: 'session_id' } as const;
const one = { session_id: sessionId };

export const ShareSession = command('ShareSession', {
  allow: PEOPLE,
  data: z.strictObject({
    ...one,
    user_id: userId.optional().describe('Whom to share with, or `user_name`; neither for a link'),
    user_name: userName.optional(),
    mode: mode.default('view'),
    expires_in_minutes: z
      .number()
      .int()
      .min(1)
      .max(SHARE_MINUTES_MAX)
      .default(SHARE_MINUTES_DEFAULT),
    people_max: z
      .number()
      .int()
      .min(1)
      .max(LINK_PEOPLE_MAX)
      .default(LINK_PEOPLE_DEFAULT)
      .describe('How many people may take the link'),
  }),
  result: z.object({
    share: shareView,
    link: z
      .string()
      .optional()
      .describe('Path and fragment of the link; shown this once, kept as a hash'),
  }),
  resource: ofSession,
  // Whose name was typed, right or wrong, is not for the log.
  secret: ['user_name'],
});
export const ListShares = query('ListShares', {
  allow: PEOPLE,
  data: z.strictObject(one),
  result: z.object({ shares: z.array(shareView) }),
  resource: ofSession,
});
export const ChangeShare = command('ChangeShare', {
  allow: PEOPLE,
  data: z.strictObject({ ...one, share_id: shareId, mode }),
  result: shareView,
  resource: { type: 'share', id: 'share_id' },
});
export const RevokeShare = command('RevokeShare', {
  allow: PEOPLE,
  data: z.strictObject({ ...one, share_id: shareId }),
  result: z.null(),
  resource: { type: 'share', id: 'share_id' },
});
export const AcceptShare = command('AcceptShare', {
  allow: PEOPLE,
  data: z.strictObject({ secret: secret.describe('What stands after # in the link') }),
  result: sharedSessionView,
  resource: { type: 'share' },
  secret: ['secret'],
});
export const ListSharedWithMe = query('ListSharedWithMe', {
  allow: PEOPLE,
  data: z.strictObject({}),
  result: z.object({ shares: z.array(sharedSessionView) }),
});
export const ListViewers = query('ListViewers', {
  allow: [...PEOPLE, 'console'],
  data: z.strictObject(one),
  result: z.object({ viewers: z.array(viewerView) }),
  resource: ofSession,
});

/** Whom a session's shares let in now; for the gateway, which tells them of its end. */
export const ListParticipants = query('ListParticipants', {
  allow: ['system'],
  data: z.strictObject(one),
  result: z.object({ user_ids: z.array(userId) }),
  resource: ofSession,
});

const joined = {
  ...{ viewer_id: viewerId, gateway_id: gatewayId, order: z.number().int().min(0) },
  ...{ session_id: sessionId, user_id: userId, mode, share_id: shareId.nullable() },
};
/** The gateway has joined somebody's WebSocket to a desktop. */
export const RecordViewerJoined = command('RecordViewerJoined', {
  allow: ['system'],
  data: z.strictObject(joined),
  result: z.null(),
  resource: ofSession,
});
export const RecordViewerLeft = command('RecordViewerLeft', {
  allow: ['system'],
  data: z.strictObject({ viewer_id: viewerId, code: z.number().int() }),
  result: z.null(),
  resource: { type: 'viewer', id: 'viewer_id' },
});
/**
 * A gateway tells all viewers that it has, of those that it has given an `order` of at most `up_to`. Whatever else is on
 * record as its own has left. It hears which of them are not on record.
 */
export const ConfirmViewers = command('ConfirmViewers', {
  allow: ['system'],
  data: z.strictObject({
    gateway_id: gatewayId,
    up_to: z.number().int().min(0),
    viewer_ids: z.array(viewerId).max(VIEWERS_MAX),
  }),
  result: z.object({ unknown_ids: z.array(viewerId) }),
  resource: { type: 'gateway', id: 'gateway_id' },
});

/**
 * Says whether the actor may see a picture of the session, and where the desktop is. That somebody else than the owner did
 * is put on record. It is a query all the same: a page asks again and again, and must not fill the log with refusals.
 */
export const SeeFrame = query('SeeFrame', {
  allow: PEOPLE,
  data: z.strictObject(one),
  result: z.object({
    endpoint: endpoint.nullable().describe('Null unless the session runs'),
  }),
  resource: ofSession,
});

export const sharingOperations = [
  ShareSession,
  ListShares,
  ChangeShare,
  RevokeShare,
  AcceptShare,
  ListSharedWithMe,
  ListViewers,
  ListParticipants,
  RecordViewerJoined,
  RecordViewerLeft,
  ConfirmViewers,
  SeeFrame,
] as const;
