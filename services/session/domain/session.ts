import type {
  Ending,
  SessionExpiryWarned,
  SessionLifeEvent,
  SessionRequested,
  SessionStatus,
} from '#shared/contracts/session.js';
import { isTimeEvent, type SessionTimeEvent } from '#shared/contracts/session-ending.js';
import type { RuntimeEnding } from '#shared/contracts/session.js';
import type { RuntimeEndpoint } from '#shared/contracts/runtime-endpoint.js';
import { accept, type Decider, type Message, reject } from '#shared/es/decider.js';

type Living = Readonly<{
  status: SessionStatus;
  userId: string;
  appId: string;
  expiresAt: string;
  /** When it would have expired without extensions, once it has any. */
  expiresFirstAt?: string;
  /** The end that its user was last warned of. */
  warnedOf?: string;
  /** What became of the runtime. Only an ended session's is ended; `none` has not been seen to run. */
  runtime: 'none' | 'up' | 'ended';
  endAttempts: number;
}>;
export type Session = Readonly<{ status: 'absent' }> | Living;

/** Who ends a session; Sortie itself says why. */
export type StoppedBy =
  | Readonly<{ by: 'owner' | 'administrator' | 'operator' }>
  | Readonly<{ by: 'system'; reason: string }>;

type To<Type extends string, Data = object> = Message<Type, { sessionId: string } & Data>;
type Transition =
  | To<'ReportRunning', { podName: string; podIp: string | null; endpoint: RuntimeEndpoint }>
  | To<'ReportFailed', { reason: string }>
  | To<'StopSession', { stopped: StoppedBy }>
  | To<'ExpireSession', { at: string; ending: Ending; reason: string }>;
/** What changes the time that a session has. */
type TimeChange =
  | To<'AdmitSession', { expiresAt: string }>
  | To<'WarnOfExpiry', { endsAt: string; ending: Ending }>
  /** `stepMs` is what a session gets at first and with each extension; `lifetimeMaxMs` is all that it can get. */
  | To<'ExtendSession', { stepMs: number; lifetimeMaxMs: number }>;
/** What was seen of the runtime of a session that the log knows. */
type KnownObservation =
  | To<'RecordRuntimeEnded', { how: RuntimeEnding }>
  | To<'RecordRuntimeEndFailed', { attempt: number; reason: string }>
  | To<'RecordRuntimeAdopted'>;
export type SessionCommand =
  | Message<'RequestSession', SessionRequested['data']>
  | Transition
  | TimeChange
  | KnownObservation
  | To<'RecordRuntimeReaped', { how: RuntimeEnding }>;

const REASON_LENGTH_MAX = 500;
const STOPPED = {
  owner: 'it was stopped by its user',
  administrator: 'it was stopped by an administrator',
  operator: 'it was stopped by an operator',
};

/** S-41, and no others. */
const TRANSITIONS: Readonly<Record<SessionStatus, readonly SessionStatus[]>> = {
  creating: ['running', 'failed'],
  running: ['stopped', 'expired', 'failed'],
  stopped: [],
  expired: [],
  failed: [],
};

/** Says whether a session may go from one status to another. */
export const canBecome = (from: SessionStatus, to: SessionStatus): boolean =>
  TRANSITIONS[from].includes(to);

/** Says whether a status is final. */
export const isEnded = (status: SessionStatus): boolean => TRANSITIONS[status].length === 0;

export const session: Decider<SessionCommand, SessionLifeEvent, Session> = {
  initialState: { status: 'absent' },

  evolve(state, event): Session {
    if (event.type === 'SessionRequested') {
      const { userId, appId, expiresAt } = event.data;
      return { status: 'creating', userId, appId, expiresAt, runtime: 'none', endAttempts: 0 };
    }
    if (state.status === 'absent') return state;
    const change = isTimeEvent(event) ? timeAfter(event, state) : changeOf(event);
    return { ...state, ...change };
  },

  decide(command, state) {
    const { sessionId } = command.data;
    if (command.type === 'RequestSession') {
      if (state.status !== 'absent') return forbidden(sessionId, state.status, 'creating');
      return accept({ type: 'SessionRequested', data: command.data });
    }
    if (command.type === 'RecordRuntimeReaped') return reaped(sessionId, command.data.how, state);
    if (state.status === 'absent') {
      return reject('SessionUnknown', `There is no session "${sessionId}".`);
    }
    if (isTransition(command)) return transition(command, state);
    return isTimeChange(command) ? timeChange(command, state) : observation(command, state);
  },
};

type Decided = Transition | TimeChange | KnownObservation;
const KINDS: Readonly<Record<Decided['type'], 'transition' | 'time' | 'observation'>> = {
  ReportRunning: 'transition',
  ReportFailed: 'transition',
  StopSession: 'transition',
  ExpireSession: 'transition',
  AdmitSession: 'time',
  WarnOfExpiry: 'time',
  ExtendSession: 'time',
  RecordRuntimeEnded: 'observation',
  RecordRuntimeEndFailed: 'observation',
  RecordRuntimeAdopted: 'observation',
};

const isTransition = (command: Decided): command is Transition =>
  KINDS[command.type] === 'transition';
const isTimeChange = (command: Decided): command is TimeChange => KINDS[command.type] === 'time';

function timeAfter(event: SessionTimeEvent, before: Living): Partial<Living> {
  switch (event.type) {
    case 'SessionAdmitted':
      return { expiresAt: event.data.expiresAt };
    case 'SessionExpiryWarned':
      return { warnedOf: event.data.endsAt };
    case 'SessionExtended': {
      const { expiresFirstAt = before.expiresAt } = before;
      return { expiresAt: event.data.expiresAt, expiresFirstAt };
    }
  }
}

function changeOf(
  event: Exclude<SessionLifeEvent, SessionRequested | SessionTimeEvent>,
): Partial<Living> {
  switch (event.type) {
    case 'SessionStarted':
      return { status: 'running', runtime: 'up' };
    case 'SessionStopped':
      return { status: 'stopped' };
    case 'SessionExpired':
      return { status: 'expired' };
    case 'SessionFailed':
      return { status: 'failed' };
    case 'RuntimeEnded':
    case 'RuntimeReaped':
      return { runtime: 'ended' };
    case 'RuntimeEndFailed':
      return { endAttempts: event.data.attempt };
    case 'RuntimeAdopted':
      return {};
  }
}

function transition(command: Transition, state: Living) {
  const { sessionId } = command.data;
  const whose = { sessionId, userId: state.userId, appId: state.appId };
  switch (command.type) {
    case 'ReportRunning': {
      if (!canBecome(state.status, 'running')) return forbidden(sessionId, state.status, 'running');
      const { podName, podIp, endpoint } = command.data;
      return accept<SessionLifeEvent>({
        type: 'SessionStarted',
        data: { ...whose, podName, podIp, endpoint },
      });
    }
    case 'ReportFailed': {
      if (!canBecome(state.status, 'failed')) return forbidden(sessionId, state.status, 'failed');
      const reason = command.data.reason.slice(0, REASON_LENGTH_MAX);
      return accept<SessionLifeEvent>({ type: 'SessionFailed', data: { ...whose, reason } });
    }
    case 'StopSession':
      return stop(command.data.stopped, state, whose);
    case 'ExpireSession': {
      const { at, ending, reason } = command.data;
      const isDue = ending === 'idle' || at >= state.expiresAt;
      if (!isDue || !canBecome(state.status, 'expired')) {
        return forbidden(sessionId, state.status, 'expired');
      }
      return accept<SessionLifeEvent>({ type: 'SessionExpired', data: { ...whose, reason } });
    }
  }
}

function timeChange(command: TimeChange, state: Living) {
  const { sessionId } = command.data;
  const whose = { sessionId, userId: state.userId, appId: state.appId };
  const needed = command.type === 'AdmitSession' ? 'creating' : 'running';
  if (state.status !== needed) {
    const detail = `The session "${sessionId}" is ${state.status}; only one that is ${needed} can be changed so.`;
    return reject(isEnded(state.status) ? 'SessionEnded' : 'SessionNotRunning', detail);
  }
  switch (command.type) {
    case 'AdmitSession': {
      const { expiresAt } = command.data;
      return accept<SessionLifeEvent>({ type: 'SessionAdmitted', data: { ...whose, expiresAt } });
    }
    case 'WarnOfExpiry': {
      const { endsAt, ending } = command.data;
      const warned: SessionExpiryWarned = {
        type: 'SessionExpiryWarned',
        data: { ...whose, endsAt, ending },
      };
      return endsAt === state.warnedOf
        ? accept<SessionLifeEvent>()
        : accept<SessionLifeEvent>(warned);
    }
    case 'ExtendSession':
      return extend(command.data, state, whose);
  }
}

type Whose = { sessionId: string; userId: string; appId: string };

function extend(
  { stepMs, lifetimeMaxMs }: Readonly<{ stepMs: number; lifetimeMaxMs: number }>,
  { expiresAt, expiresFirstAt = expiresAt }: Living,
  whose: Whose,
) {
  const latestMs = Date.parse(expiresFirstAt) - stepMs + lifetimeMaxMs;
  const extendedMs = Math.min(Date.parse(expiresAt) + stepMs, latestMs);
  if (extendedMs <= Date.parse(expiresAt)) {
    const detail = `A session lives ${lifetimeMaxMs / 60_000} minutes at most; this one ends at ${expiresAt}. Save your work and launch the app again.`;
    return reject('LifetimeReached', detail);
  }
  const data = { ...whose, expiresAt: new Date(extendedMs).toISOString() };
  return accept<SessionLifeEvent>({ type: 'SessionExtended', data });
}

function stop(stopped: StoppedBy, { status }: Living, whose: Whose) {
  if (isEnded(status)) {
    return reject('SessionEnded', `The session "${whose.sessionId}" has ended: it is ${status}.`);
  }
  // What never ran can't have been stopped: S-41 lets it only fail.
  if (status === 'creating') {
    const reason = stopped.by === 'system' ? stopped.reason : 'cancelled';
    return accept<SessionLifeEvent>({ type: 'SessionFailed', data: { ...whose, reason } });
  }
  const reason = stopped.by === 'system' ? stopped.reason : STOPPED[stopped.by];
  return accept<SessionLifeEvent>({ type: 'SessionStopped', data: { ...whose, reason } });
}

/** What was seen of the runtime. The status is decided before the runtime ends (S-46), so none of these changes it. */
function observation(command: KnownObservation, state: Living) {
  const { sessionId } = command.data;
  const whose = { sessionId, userId: state.userId, appId: state.appId };
  if (command.type === 'RecordRuntimeAdopted') {
    if (state.status !== 'running') return misplaced(sessionId, 'adopted', state.status);
    return accept<SessionLifeEvent>({ type: 'RuntimeAdopted', data: whose });
  }
  if (!isEnded(state.status)) return misplaced(sessionId, 'ended', state.status);
  if (state.runtime === 'ended') return accept<SessionLifeEvent>();
  if (command.type === 'RecordRuntimeEnded') {
    const { how } = command.data;
    return accept<SessionLifeEvent>({ type: 'RuntimeEnded', data: { ...whose, how } });
  }
  const { attempt } = command.data;
  if (attempt <= state.endAttempts) return accept<SessionLifeEvent>();
  const reason = command.data.reason.slice(0, REASON_LENGTH_MAX);
  return accept<SessionLifeEvent>({
    type: 'RuntimeEndFailed',
    data: { ...whose, attempt, reason },
  });
}

function reaped(sessionId: string, how: RuntimeEnding, state: Session) {
  if (state.status === 'absent') {
    const nobody = { sessionId, userId: null, appId: null, how };
    return accept<SessionLifeEvent>({ type: 'RuntimeReaped', data: nobody });
  }
  if (!isEnded(state.status)) return misplaced(sessionId, 'reaped', state.status);
  const { userId, appId } = state;
  return accept<SessionLifeEvent>({
    type: 'RuntimeReaped',
    data: { sessionId, userId, appId, how },
  });
}

const forbidden = (sessionId: string, from: SessionStatus, to: SessionStatus) =>
  reject('TransitionForbidden', `The session "${sessionId}" is ${from} and can't become ${to}.`);

const misplaced = (sessionId: string, what: string, status: SessionStatus) =>
  reject(
    'TransitionForbidden',
    `The runtime of session "${sessionId}" can't be ${what} while it is ${status}.`,
  );
