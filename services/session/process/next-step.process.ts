import type { RuntimeEndpoint } from '#shared/contracts/runtime-endpoint.js';
import type { SessionStatus } from '#shared/contracts/session.js';

/** The first retry of an end comes after this long; each next one after twice that, up to the longest. */
export const END_RETRY_MS_MIN = 1_000;
export const END_RETRY_MS_MAX = 60_000;
/** How long after a runtime's death its driver may take to say why. */
export const EXIT_REASON_WAIT_MS = 3_000;
/** What a driver says of an app that ended by itself and well: its user closed it. */
export const CLEAN_EXIT = 'the app ended with status 0';

/** What the log says of a session. Times are ISO 8601. */
export type KnownSession = Readonly<{
  status: SessionStatus;
  created_at: string;
  expires_at: string;
  runtime_state: 'none' | 'up' | 'ended';
  end_attempts: number;
  end_failed_at: string | null;
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
  | Readonly<{ kind: 'expire' }>
  | Readonly<{ kind: 'adopt' }>
  | Readonly<{ kind: 'end-runtime'; attempt: number }>
  | Readonly<{ kind: 'reap' }>
  /** Nothing to do now; look again at `untilMs`, if given. */
  | Readonly<{ kind: 'nothing'; untilMs?: number }>;

/**
 * Compares what should be with what is and says the one thing to do next. It knows nothing of how things came
 * about, so it is right after a crash at any line. `session` is undefined for a runtime that the log doesn't know.
 */
export function nextStep(
  session: KnownSession | undefined,
  seen: Seen,
  nowMs: number,
  readyMs: number,
): Step {
  if (!session) return seen.runtime ? { kind: 'reap' } : { kind: 'nothing' };
  switch (session.status) {
    case 'creating':
      return whileCreating(session, seen, nowMs, readyMs);
    case 'running':
      return whileRunning(session, seen, nowMs);
    case 'stopped':
    case 'expired':
    case 'failed':
      return onceEnded(session, seen, nowMs);
  }
}

function whileCreating(
  session: KnownSession,
  { runtime }: Seen,
  nowMs: number,
  readyMs: number,
): Step {
  const expiresMs = Date.parse(session.expires_at);
  const isUp = runtime?.state === 'running' && nowMs < expiresMs;
  if (isUp) return { kind: 'report-running', runtime };
  const deadlineMs = Math.min(Date.parse(session.created_at) + readyMs, expiresMs);
  if (nowMs >= deadlineMs) return { kind: 'fail', reason: notReadyReason(readyMs) };
  return { kind: 'start', deadlineMs, isDirty: runtime?.state === 'dead' };
}

/** Why a session failed whose desktop took too long. */
export const notReadyReason = (readyMs: number): string =>
  `the desktop was not ready within ${Math.round(readyMs / 1_000)} seconds`;

function whileRunning(session: KnownSession, seen: Seen, nowMs: number): Step {
  const { exitReason, runtime } = seen;
  if (exitReason === CLEAN_EXIT) return { kind: 'stop', reason: 'the app was closed' };
  if (exitReason !== undefined) return { kind: 'fail', reason: exitReason };
  if (!runtime) return lost();
  // A half-started runtime of a session that once ran can only be the rest of a driver's own crash.
  if (runtime.state !== 'running') return whenDead(seen, nowMs);
  if (nowMs >= Date.parse(session.expires_at)) return { kind: 'expire' };
  if (!seen.isOurs) return { kind: 'adopt' };
  return { kind: 'nothing', untilMs: Date.parse(session.expires_at) };
}

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
