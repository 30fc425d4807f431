import { z } from 'zod';
import { type EventShapes, eventId, eventTime } from './event-shapes.js';
import { VIEWER_MODES } from './session.js';
import type { FrameSeen, ShareEvent, ViewerEvent, ViewersConfirmed } from './sharing.js';

const owner = eventId.describe('Whose session it is');
const mode = z.enum(VIEWER_MODES);
const ofShare = { shareId: eventId, sessionId: eventId, userId: owner };
const guestIds = z.array(eventId).describe('Whom it let in');

export const shareData: EventShapes<ShareEvent> = {
  SessionShared: z
    .strictObject({
      ...ofShare,
      guestId: eventId.nullable().describe('Null for a link, which several may take'),
      secretHash: z.string().nullable().describe('SHA-256 of the 32 bytes that are the link'),
      mode,
      peopleMax: z.number().int(),
      expiresAt: eventTime,
    })
    .describe('The owner of a session lets somebody else watch or control it.'),
  ShareAccepted: z
    .strictObject({ ...ofShare, guestId: eventId, mode, expiresAt: eventTime })
    .describe('Somebody took a link.'),
  ShareModeChanged: z
    .strictObject({ ...ofShare, guestIds, from: mode, to: mode })
    .describe('A share allows more or less than before.'),
  ShareRevoked: z
    .strictObject({ ...ofShare, guestIds })
    .describe('A share is worth nothing any more; its viewers close.'),
};

const ofViewer = {
  ...{ viewerId: eventId, sessionId: eventId, userId: owner },
  gatewayId: eventId.describe('The gateway that has it'),
  watcherId: eventId.describe('Who watches'),
  mode,
  shareId: eventId.nullable().describe('By which share; null for the owner'),
  participantIds: z.array(eventId).describe('Who else may be in the session at that time'),
};

export const viewerData: EventShapes<ViewerEvent> = {
  ViewerJoined: z
    .strictObject({ ...ofViewer, order: z.number().int().describe('Grows within a gateway') })
    .describe('Somebody has the desktop on screen.'),
  ViewerLeft: z
    .strictObject({
      ...ofViewer,
      code: z.number().int().nullable().describe('Close code; null when the gateway was lost'),
    })
    .describe('And has it no more. Final.'),
};

export const gatewayData: EventShapes<ViewersConfirmed> = {
  ViewersConfirmed: z
    .strictObject({ gatewayId: eventId, viewers: z.number().int(), at: eventTime })
    .describe('A gateway that has viewers still runs.'),
};

export const lookData: EventShapes<FrameSeen> = {
  FrameSeen: z
    .strictObject({ sessionId: eventId, userId: owner, watcherId: eventId, at: eventTime })
    .describe('Somebody else looked at a picture of the desktop; told once a minute at most.'),
};
