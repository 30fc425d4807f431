import { z } from 'zod';
import type { AdmissionEvent } from './admission.js';
import { type EventShapes, eventId, eventTime } from './event-shapes.js';
import {
  ENDINGS,
  type SessionActivitySeen,
  type SessionLifeEvent,
  type SessionPreparing,
  sessionView,
  VIEWER_MODES,
  type ViewerTicketEvent,
} from './session.js';

const whose = { sessionId: eventId, userId: eventId, appId: eventId };
const ended = { ...whose, reason: z.string().describe('A sentence for people') };
const how = z
  .enum(['gone', 'terminated', 'killed'])
  .describe('How the desktop was found: nothing ran, all ended when asked, or some was killed');
const endpoint = z
  .union([
    z.strictObject({ kind: z.literal('unix'), path: z.string() }),
    z.strictObject({ kind: z.literal('tcp'), host: z.string(), port: z.number().int() }),
  ])
  .describe('Where the desktop’s screen is, for Sortie itself');
const position = z.number().int().describe('Place in the queue, from 1');
const granted = {
  ...{ sessionId: eventId, userId: eventId },
  signInId: z.string(),
  mode: z.enum(VIEWER_MODES),
  ownerId: eventId.exactOptional().describe('Whose session it is, where it is somebody else’s'),
  shareId: eventId.exactOptional(),
};

/** What happens to one session, from the request for it to its end. */
export const sessionLifeData: EventShapes<SessionLifeEvent> = {
  SessionRequested: z
    .strictObject({
      ...whose,
      appName: z.string(),
      image: z.string().describe('Container image that the app is'),
      geometry: z
        .strictObject({ width: z.number().int(), height: z.number().int() })
        .describe('Size of the screen, in pixels'),
      expiresAt: eventTime,
      queuePosition: position.exactOptional().describe('Left out when it had a place at once'),
    })
    .describe('Somebody asked for a desktop; it does not run yet.'),
  SessionAdmitted: z
    .strictObject({ ...whose, expiresAt: eventTime })
    .describe('A session that waited in the queue has a place; its time begins.'),
  SessionExpiryWarned: z
    .strictObject({
      ...whose,
      endsAt: eventTime,
      ending: z.enum(ENDINGS).describe('Its time is over, or nobody uses it'),
    })
    .describe('The session ends by itself soon, unless it is extended or used.'),
  SessionExtended: z
    .strictObject({ ...whose, expiresAt: eventTime })
    .describe('The session’s user gave it more time.'),
  SessionStarted: z
    .strictObject({
      ...whose,
      podName: z.string().describe('Name of what runs the desktop'),
      podIp: z.string().nullable(),
      endpoint,
    })
    .describe('The desktop runs.'),
  SessionStopped: z.strictObject(ended).describe('Somebody ended the session. Final.'),
  SessionExpired: z.strictObject(ended).describe('The session’s time was over. Final.'),
  SessionFailed: z.strictObject(ended).describe('The desktop did not start, or broke. Final.'),
  RuntimeEnded: z
    .strictObject({ ...whose, how })
    .describe('What ran the desktop of an ended session is gone.'),
  RuntimeEndFailed: z
    .strictObject({ ...whose, attempt: z.number().int(), reason: z.string() })
    .describe('What ran the desktop could not be ended; it is tried again.'),
  RuntimeAdopted: z
    .strictObject(whose)
    .describe('Sortie was started again and found the desktop alive.'),
  RuntimeReaped: z
    .strictObject({
      sessionId: eventId,
      userId: eventId.nullable().describe('Nobody’s when the session is unknown here'),
      appId: eventId.nullable(),
      how,
    })
    .describe('A desktop that nothing should be running was ended.'),
};

export const sessionActivityData: EventShapes<SessionActivitySeen> = {
  SessionActivitySeen: z
    .strictObject({ sessionId: eventId, userId: eventId, at: eventTime })
    .describe('Somebody used the session; told once a minute at most.'),
};

const place = { sessionId: eventId, userId: eventId };

/** Who has a place for a session, and who waits for one. */
export const admissionData: EventShapes<AdmissionEvent> = {
  SlotTaken: z.strictObject(place).describe('The session has a place.'),
  SessionQueued: z
    .strictObject({ ...place, position })
    .describe('All places are taken; the session waits.'),
  QueueMoved: z
    .strictObject({ ...place, position })
    .describe('The session waits at another place in the queue.'),
  SlotFreed: z
    .strictObject(place)
    .describe('The session has ended: it has given up its place, or does not wait any more.'),
};

const { preparation } = sessionView.shape;

export const sessionPreparationData: EventShapes<SessionPreparing> = {
  SessionPreparing: z
    .strictObject({
      ...{ sessionId: eventId, userId: eventId, startedAt: eventTime },
      ...preparation.unwrap().shape,
    })
    .describe('A start that takes long has come so far.'),
};

export const viewerTicketData: EventShapes<ViewerTicketEvent> = {
  ViewerTicketIssued: z
    .strictObject({ ...granted, expiresAt: eventTime })
    .describe('Somebody may open a viewer, once. The stream is named by the ticket’s hash.'),
  ViewerTicketRedeemed: z.strictObject(granted).describe('The ticket was used.'),
};
