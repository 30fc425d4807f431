import type { Message } from '#shared/es/decider.js';
import type { Ending, SessionAdmitted, SessionExpiryWarned, SessionExtended } from './session.js';

/** When sessions end by themselves, in milliseconds. */
export type EndingLimits = Readonly<{
  /** From the admission of a session on; one extension gives as much again. */
  lifetimeMs: number;
  /** Without any use of keyboard, pointer or clipboard; 0: never. */
  idleMs: number;
  /** How long before its end its user is warned. */
  warningMs: number;
}>;

/** What changes the time that a session has, or tells of it. */
export type SessionTimeEvent = SessionAdmitted | SessionExpiryWarned | SessionExtended;
const TIME_EVENTS: Readonly<Record<SessionTimeEvent['type'], true>> = {
  SessionAdmitted: true,
  SessionExpiryWarned: true,
  SessionExtended: true,
};

/** Says whether an event is about a session's time. */
export const isTimeEvent = <E extends Message>(
  event: E,
): event is Extract<E, { type: SessionTimeEvent['type'] }> =>
  Object.hasOwn(TIME_EVENTS, event.type);

/** What is known of a running session. Times are ISO 8601. */
export type Timed = Readonly<{
  expires_at: string;
  /** When a person last did something with it; its start, until one has. */
  touched_at: string | null;
}>;

/** The end of a running session that comes by itself, and when its user is told that it comes. In epoch milliseconds. */
export type ComingEnd = Readonly<{ ending: Ending; atMs: number; warnAtMs: number }>;

/** When a session ends if nobody uses it; undefined when that doesn't end sessions. */
export const idleEndMs = (
  { touched_at }: Pick<Timed, 'touched_at'>,
  { idleMs }: Pick<EndingLimits, 'idleMs'>,
): number | undefined =>
  idleMs === 0 || touched_at === null ? undefined : Date.parse(touched_at) + idleMs;

/** What ends a running session next. A limit of less than two warnings warns at its half, not at once. */
export function comingEndOf(session: Timed, limits: EndingLimits): ComingEnd {
  const expiresMs = Date.parse(session.expires_at);
  const idleMs = idleEndMs(session, limits);
  const isIdle = idleMs !== undefined && idleMs < expiresMs;
  const atMs = isIdle ? idleMs : expiresMs;
  const wholeMs = isIdle ? limits.idleMs : limits.lifetimeMs;
  const warnAtMs = atMs - Math.min(limits.warningMs, wholeMs / 2);
  return { ending: isIdle ? 'idle' : 'lifetime', atMs, warnAtMs };
}
