import type { Message } from '#shared/es/decider.js';

/**
 * Who has a place and who waits for one: one stream for all sessions, so that no two requests can take the same place.
 * A change and all that follows from it for those who wait is one commit.
 */
type Place = { sessionId: string; userId: string };
export type SlotTaken = Message<'SlotTaken', Place>;
export type SessionQueued = Message<'SessionQueued', Place & { position: number }>;
export type QueueMoved = Message<'QueueMoved', Place & { position: number }>;
export type SlotFreed = Message<'SlotFreed', Place>;
export type AdmissionEvent = SlotTaken | SessionQueued | QueueMoved | SlotFreed;
/** The id of the one stream of admissions. */
export const ADMISSIONS = 'all';
