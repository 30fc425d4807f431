import type { RuntimeEndpoint } from '#shared/contracts/runtime-endpoint.js';
import type { Ending, SessionStatus } from '#shared/contracts/session.js';
import { comingEndOf, type EndingLimits } from '#shared/contracts/session-ending.js';

/** The first retry of an end comes after this long; each next one after twice that, up to the longest. */
export const END_RETRY_MS_MIN = 1_000;
export const END_RETRY_MS_MAX = 60_000;
/** How long after a runtime's death its driver may take to say why. */
export const EXIT_REASON_WAIT_MS = 3_000;
/** How long after a place was taken for it a session may take to be on record. */
export const ORPHAN_SLOT_MS = 60_000;
/** What a driver says of an app that ended by itself and well: its user closed it. */
export const CLEAN_EXIT = 'the app ended with status 0';

/** What the log says of a session. Times are ISO 8601. */
export type KnownSession = Readonly<{
  status: SessionStatus;
  created_at: string;
  expires_at: string;
  admitted_at: string | null;
  touched_at: string | null;
  warned_of: string | null;
  runtime_state: 'none' | 'up' | 'ended';
  end_attempts: number;
  end_failed_at: string | null;
}>;

/** The place that a session has, or the one in the queue. */
export type KnownSlot = Readonly<{ state: 'held' | 'queued'; since: string }>;

export type Known = Readonly<{
  /** Undefined for a runtime or a place whose session the log doesn't know. */
  session?: KnownSession | undefined;
  slot?: KnownSlot | undefined;
}>;

export type StepLimits = EndingLimits &
  Readonly<{
    /** From a session's admission to its desktop. */
    readyMs: number;
  }>;

export type SeenRuntime = Readonly<{
  name: string;
  endpoint: RuntimeEndpoint;
  state: 'starting' | 'running' | 'dead';
}>;

/** What this process has seen of a session's runtime. */
export type Seen = Readonly<{
  runtime?: SeenRuntime | undefined;
  /** The driver's reason why it ended by itself. */
  exitReason?: string | undefined;
  /** Since when it is dead, in epoch milliseconds, as far as this process knows. */
  deadSinceMs?: number | undefined;
  /** This process started or adopted it. */
  isOurs: boolean;
}>;

export type Step =
  /** `isDirty`: a server died in the middle of an earlier start, which left something. */
  | Readonly<{ kind: 'start'; deadlineMs: number; isDirty: boolean }>
  | Readonly<{ kind: 'report-running'; runtime: SeenRuntime }>
  | Readonly<{ kind: 'fail'; reason: string }>
  | Readonly<{ kind: 'stop'; reason: string }>
  | Readonly<{ kind: 'expire'; ending: Ending }>
  | Readonly<{ kind: 'warn'; ending: Ending; endsAt: string }>
  /** It waited, and has its place now. */
  | Readonly<{ kind: 'admit' }>
  /** It has no place although it is alive; one that runs gets one whatever the quota says. */
  | Readonly<{ kind: 'take-slot'; isRunning: boolean }>
  | Readonly<{ kind: 'free-slot' }>
  | Readonly<{ kind: 'adopt' }>
  | Readonly<{ kind: 'end-runtime'; attempt: number }>
  | Readonly<{ kind: 'reap' }>
  /** Nothing to do now; look again at `untilMs`, if given. */
  | Readonly<{ kind: 'nothing'; untilMs?: number }>;

/**
 * Compares what should be with what is and says the one thing to do next. It knows nothing of how things came
 * about, so it is right after a crash at any line.
 */
export function nextStep(known: Known, seen: Seen, nowMs: number, limits: StepLimits): Step {
  const { session, slot } = known;
  if (!session) return ofNobody(slot, seen, nowMs);
  switch (session.status) {
    case 'creating':
      return whileCreating({ session, slot }, seen, nowMs, limits);
    case 'running':
      return whileRunning({ session, slot }, seen, nowMs, limits);
    case 'stopped':
    case 'expired':
    case 'failed':
      // Others wait for the place; the runtime's own end may take longer.
      return slot ? { kind: 'free-slot' } : onceEnded(session, seen, nowMs);
  }
}

type Alive = Readonly<{ session: KnownSession; slot: KnownSlot | undefined }>;

/** A place is taken first and the session requested after: whoever died in between left the place behind. */
function ofNobody(slot: KnownSlot | undefined, { runtime }: Seen, nowMs: number): Step {
  if (runtime) return { kind: 'reap' };
  if (!slot) return { kind: 'nothing' };
  const untilMs = Date.parse(slot.since) + ORPHAN_SLOT_MS;
  return nowMs < untilMs ? { kind: 'nothing', untilMs } : { kind: 'free-slot' };
}

function whileCreating(
  { session, slot }: Alive,
  { runtime }: Seen,
  nowMs: number,
  { readyMs }: StepLimits,
): Step {
  if (!slot) return { kind: 'take-slot', isRunning: runtime?.state === 'running' };
  // Its place is told by an event, and so is that of whoever waits behind it.
  if (slot.state === 'queued') return { kind: 'nothing' };
  if (session.admitted_at === null) return { kind: 'admit' };
  const expiresMs = Date.parse(session.expires_at);
  const isUp = runtime?.state === 'running' && nowMs < expiresMs;
  if (isUp) return { kind: 'report-running', runtime };
  const admittedMs = Math.max(Date.parse(session.admitted_at), Date.parse(slot.since));
  const deadlineMs = Math.min(admittedMs + readyMs, expiresMs);
  if (nowMs >= deadlineMs) return { kind: 'fail', reason: notReadyReason(readyMs) };
  return { kind: 'start', deadlineMs, isDirty: runtime?.state === 'dead' };
}

/** Why a session failed whose desktop took too long. */
export const notReadyReason = (readyMs: number): string =>
  `the desktop was not ready within ${Math.round(readyMs / 1_000)} seconds`;

function whileRunning(
  { session, slot }: Alive,
  seen: Seen,
  nowMs: number,
  limits: StepLimits,
): Step {
  const broken = onceBroken(seen, nowMs);
  if (broken) return broken;
  const { ending, atMs, warnAtMs } = comingEndOf(session, limits);
  if (nowMs >= atMs) return { kind: 'expire', ending };
  if (!seen.isOurs) return { kind: 'adopt' };
  if (slot?.state !== 'held') return { kind: 'take-slot', isRunning: true };
  const endsAt = new Date(atMs).toISOString();
  if (session.warned_of === endsAt) return { kind: 'nothing', untilMs: atMs };
  if (nowMs >= warnAtMs) return { kind: 'warn', ending, endsAt };
  return { kind: 'nothing', untilMs: warnAtMs };
}

/** What follows from a runtime that does not run any more. */
function onceBroken(seen: Seen, nowMs: number): Step | undefined {
  const { exitReason, runtime } = seen;
  if (exitReason === CLEAN_EXIT) return { kind: 'stop', reason: 'the app was closed' };
  if (exitReason !== undefined) return { kind: 'fail', reason: exitReason };
  if (!runtime) return lost();
  // A half-started runtime of a session that once ran can only be the rest of a driver's own crash.
  return runtime.state === 'running' ? undefined : whenDead(seen, nowMs);
}

/** Why a session expires, in words. */
export const expiryReason = (ending: Ending, { expires_at }: KnownSession, idleMs: number) =>
  ending === 'idle'
    ? `it was idle: nobody used its keyboard, pointer or clipboard for ${minutes(idleMs)}`
    : `its time was over at ${expires_at}`;

const minutes = (ms: number): string => (ms === 60_000 ? 'a minute' : `${ms / 60_000} minutes`);

const lost = (): Step => ({ kind: 'fail', reason: 'the desktop was lost' });

/** The reason comes a moment later than the death, and only to the process that watched. */
function whenDead({ isOurs, deadSinceMs }: Seen, nowMs: number): Step {
  const untilMs = (deadSinceMs ?? nowMs) + EXIT_REASON_WAIT_MS;
  return isOurs && nowMs < untilMs ? { kind: 'nothing', untilMs } : lost();
}

function onceEnded(session: KnownSession, { runtime }: Seen, nowMs: number): Step {
  if (session.runtime_state === 'ended') return runtime ? { kind: 'reap' } : { kind: 'nothing' };
  const attempt = session.end_attempts + 1;
  if (session.end_failed_at === null) return { kind: 'end-runtime', attempt };
  const untilMs = Date.parse(session.end_failed_at) + endRetryMs(session.end_attempts);
  return nowMs < untilMs ? { kind: 'nothing', untilMs } : { kind: 'end-runtime', attempt };
}

/** How long to wait after so many failed attempts to end a runtime. It never gives up. */
export const endRetryMs = (attempts: number): number =>
  Math.min(END_RETRY_MS_MAX, END_RETRY_MS_MIN * 2 ** Math.max(0, attempts - 1));
