import { partsOf } from '#shared/es/commit.js';
import type { SessionLifeEvent } from '#shared/contracts/session.js';
import type { LoggedCommit } from './history.js';

type Type = SessionLifeEvent['type'];

const FINAL: readonly string[] = ['SessionStopped', 'SessionExpired', 'SessionFailed'] as Type[];
/** What happens once in a session's life, or not at all. */
const ONCE: readonly string[] = ['SessionRequested', 'SessionStarted', 'RuntimeEnded'] as Type[];

/** Where a session stands, from its history alone. */
export type KnownSession = Readonly<{
  id: string;
  status: 'creating' | 'running' | 'ended';
  events: readonly string[];
  /** Why it failed, if it did. */
  failure?: string;
}>;

/** Reads the sessions out of the log. */
export function sessionsIn(log: readonly LoggedCommit[]): KnownSession[] {
  const found = new Map<string, KnownSession>();
  for (const { stream, events } of log) {
    const { service, aggregate, id } = partsOf(stream);
    if (service !== 'session' || aggregate !== 'session') continue;
    for (const { type, data } of events) {
      const before = found.get(id) ?? { id, status: 'creating', events: [] };
      const name = type.split('.')[2] ?? '';
      const failure = name === 'SessionFailed' ? { failure: reasonIn(data) } : {};
      const status = statusAfter(before.status, name);
      found.set(id, { ...before, status, events: [...before.events, name], ...failure });
    }
  }
  return [...found.values()];
}

function statusAfter(status: KnownSession['status'], event: string): KnownSession['status'] {
  if (FINAL.includes(event)) return 'ended';
  return event === 'SessionStarted' ? 'running' : status;
}

const reasonIn = (data: unknown): string => (data as { reason?: string }).reason ?? 'none';

/**
 * Compares the sessions of the log with the runtimes that live, by session id and with how many displays each has:
 * no step was taken twice, nothing runs that should not, nothing that should run is missing, and who is alive has a
 * place, and nobody else.
 */
export function sessionFaults(
  log: readonly LoggedCommit[],
  runtimes: ReadonlyMap<string, number>,
): string[] {
  const sessions = sessionsIn(log);
  const known = new Set(sessions.map(({ id }) => id));
  const strays = [...runtimes.keys()].filter((id) => !known.has(id));
  return [
    ...strays.map((id) => `${id} runs and is no session`),
    ...placeFaults(log, sessions),
    ...sessions.flatMap((session) => [
      ...lifeFaults(session),
      ...runtimeFaults(session, runtimes.get(session.id) ?? 0),
    ]),
  ];
}

/** Places of sessions that are not alive, and sessions alive without one. */
function placeFaults(log: readonly LoggedCommit[], sessions: readonly KnownSession[]): string[] {
  const placed = new Set<string>();
  for (const { stream, events } of log) {
    const { service, aggregate } = partsOf(stream);
    if (service !== 'session' || aggregate !== 'admission') continue;
    for (const { type, data } of events) {
      const { sessionId } = data as { sessionId: string };
      if (type === 'sortie.session.SlotFreed.v1') placed.delete(sessionId);
      else placed.add(sessionId);
    }
  }
  const alive = sessions.filter(({ status }) => status !== 'ended').map(({ id }) => id);
  const leaked = [...placed].filter((id) => !alive.includes(id));
  return [
    ...leaked.map((id) => `${id} has a place and is not alive`),
    ...alive.filter((id) => !placed.has(id)).map((id) => `${id} is alive without a place`),
  ];
}

function lifeFaults({ id, events }: KnownSession): string[] {
  const times = (names: readonly string[]) => events.filter((name) => names.includes(name)).length;
  const isFirst = events[0] === 'SessionRequested';
  const started = events.indexOf('SessionStarted');
  const final = events.findIndex((name) => FINAL.includes(name));
  return [
    ...(isFirst ? [] : [`${id} begins with ${events[0]}`]),
    ...ONCE.filter((name) => times([name]) > 1).map((name) => `${id} has ${name} twice`),
    ...(times(FINAL) > 1 ? [`${id} ended twice: ${events.join(', ')}`] : []),
    ...(final !== -1 && started > final ? [`${id} was started after its end`] : []),
  ];
}

function runtimeFaults({ id, status, events }: KnownSession, displays: number): string[] {
  if (displays > 1) return [`${id} has ${displays} displays`];
  if (status === 'running' && displays === 0) return [`${id} is running, and nothing runs`];
  if (status === 'ended' && displays > 0) return [`${id} has ended, and still runs`];
  const isOwed = status === 'ended' && !events.includes('RuntimeEnded');
  return isOwed ? [`${id} has ended, and its runtime was never seen to end`] : [];
}
