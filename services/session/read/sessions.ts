import type {
  PreparationView,
  SessionEvent,
  SessionLifeEvent,
  SessionPreparing,
  SessionRequested,
  SessionStatus,
} from '#shared/contracts/session.js';
import { isTimeEvent, type SessionTimeEvent } from '#shared/contracts/session-ending.js';
import { partsOf, type RecordedEvent } from '#shared/es/commit.js';
import { rowModel } from '#shared/es/read-model.js';

export type SessionRow = {
  id: string;
  user_id: string;
  app_id: string;
  app_name: string;
  image: string;
  width: number;
  height: number;
  pod_name: string | null;
  pod_ip: string | null;
  /** JSON of the {@link RuntimeEndpoint} while it runs. */
  endpoint: string | null;
  status: SessionStatus;
  reason: string | null;
  created_at: string;
  /** When the status last changed. */
  updated_at: string;
  last_active_at: string | null;
  expires_at: string;
  /** Null while it waits in the queue: the time for its start and its lifetime count from here. */
  admitted_at: string | null;
  /** When a person last did something with it; its start, until one has, and null before that. */
  touched_at: string | null;
  /** The end that its user was last warned of. */
  warned_of: string | null;
  /** What became of the runtime: not seen to run, up, or ended and cleaned up after. */
  runtime_state: 'none' | 'up' | 'ended';
  end_attempts: number;
  end_failed_at: string | null;
  /** JSON of the {@link PreparationView} while it is being created and that takes long. */
  preparation: string | null;
  version: number;
};

/** Those whose streams have a session's id. */
const AGGREGATES: ReadonlySet<string> = new Set(['session', 'activity', 'preparation']);

/** All sessions, one row each (S-38), with what the supervisor needs to know of their runtimes. */
export const sessions = rowModel<SessionEvent, SessionRow>({
  table: 'sessions',
  // 2: how far a start is. 3: queue, warnings and extensions.
  version: 3,
  key: 'id',
  keysOf(event) {
    const { aggregate, id } = partsOf(event.stream);
    return AGGREGATES.has(aggregate) ? [id] : [];
  },
  project: (row, event) => projectSession(row, event),
});

/** The row after one event; the answer to a command is made with it too, so that it never waits for the projector. */
export function projectSession(
  row: SessionRow | undefined,
  event: RecordedEvent<SessionEvent>,
): SessionRow | undefined {
  if (event.type === 'SessionRequested') return requested(event);
  // A reaped runtime can be nobody's: then there is no row to change.
  if (!row || !isOfLife(event)) return row && besideLife(row, event);
  const change = isTimeEvent(event) ? timeChanged(event) : changed(event);
  return { ...row, ...change, version: event.sequence };
}

/** Use of a session is no new version of it, and neither is how far its start is. */
function besideLife(row: SessionRow, event: RecordedEvent<SessionEvent>): SessionRow {
  if (event.type === 'SessionPreparing') return prepared(row, event);
  if (event.type !== 'SessionActivitySeen') return row;
  const { at } = event.data;
  const isLater = row.touched_at !== null && at > row.touched_at;
  return { ...row, last_active_at: at, ...(isLater && { touched_at: at }) };
}

/** Its own stream is in no order with the session's: what comes after the start is old. */
const prepared = (row: SessionRow, { data }: SessionPreparing): SessionRow => {
  if (row.status !== 'creating') return row;
  const { step, done, total } = data;
  return { ...row, preparation: JSON.stringify({ step, done, total } satisfies PreparationView) };
};

const isOfLife = (event: RecordedEvent<SessionEvent>): event is RecordedEvent<SessionLifeEvent> =>
  partsOf(event.stream).aggregate === 'session';

function requested({ data, cloud, sequence }: RecordedEvent<SessionRequested>): SessionRow {
  return {
    id: data.sessionId,
    user_id: data.userId,
    app_id: data.appId,
    app_name: data.appName,
    image: data.image,
    width: data.geometry.width,
    height: data.geometry.height,
    pod_name: null,
    pod_ip: null,
    endpoint: null,
    status: 'creating',
    reason: null,
    created_at: cloud.time,
    updated_at: cloud.time,
    last_active_at: null,
    expires_at: data.expiresAt,
    admitted_at: data.queuePosition === undefined ? cloud.time : null,
    touched_at: null,
    warned_of: null,
    runtime_state: 'none',
    end_attempts: 0,
    end_failed_at: null,
    preparation: null,
    version: sequence,
  };
}

function timeChanged(event: RecordedEvent<SessionTimeEvent>): Partial<SessionRow> {
  const { time } = event.cloud;
  switch (event.type) {
    case 'SessionAdmitted':
      return { admitted_at: time, expires_at: event.data.expiresAt };
    case 'SessionExpiryWarned':
      return { warned_of: event.data.endsAt };
    case 'SessionExtended':
      return { expires_at: event.data.expiresAt, touched_at: time };
  }
}

function changed(
  event: RecordedEvent<Exclude<SessionLifeEvent, SessionRequested | SessionTimeEvent>>,
): Partial<SessionRow> {
  const { time } = event.cloud;
  switch (event.type) {
    case 'SessionStarted': {
      const { podName, podIp, endpoint } = event.data;
      return {
        status: 'running',
        runtime_state: 'up',
        pod_name: podName,
        pod_ip: podIp,
        endpoint: JSON.stringify(endpoint),
        preparation: null,
        touched_at: time,
        updated_at: time,
      };
    }
    case 'SessionStopped':
      return ended('stopped', event.data.reason, time);
    case 'SessionExpired':
      return ended('expired', event.data.reason, time);
    case 'SessionFailed':
      return ended('failed', event.data.reason, time);
    case 'RuntimeEnded':
    case 'RuntimeReaped':
      return { runtime_state: 'ended' };
    case 'RuntimeEndFailed':
      return { end_attempts: event.data.attempt, end_failed_at: time };
    case 'RuntimeAdopted':
      return {};
  }
}

const ended = (status: SessionStatus, reason: string, time: string): Partial<SessionRow> => ({
  status,
  reason,
  endpoint: null,
  preparation: null,
  updated_at: time,
});
