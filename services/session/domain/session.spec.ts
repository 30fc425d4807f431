import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Ending,
  SESSION_STATUSES,
  type SessionLifeEvent,
  type SessionStatus,
} from '#shared/contracts/session.js';
import { given } from '#test/support/given.js';
import { canBecome, isEnded, session, type Session, type SessionCommand } from './session.js';

const sessionId = 's1';
const whose = { sessionId, userId: 'u1', appId: 'gimp' };
const expiresAt = '2026-11-20T12:00:00.000Z';
const requested: SessionLifeEvent = {
  type: 'SessionRequested',
  data: {
    ...whose,
    appName: 'Gimp',
    image: 'apps/gimp:1',
    geometry: { width: 1280, height: 800 },
    expiresAt,
  },
};
const endpoint = { kind: 'unix', path: '/run/s1.sock' } as const;
const runtime = { podName: 'sortie-s1', podIp: null, endpoint };
const started: SessionLifeEvent = { type: 'SessionStarted', data: { ...whose, ...runtime } };
const stopped: SessionLifeEvent = { type: 'SessionStopped', data: { ...whose, reason: 'x' } };
const expired: SessionLifeEvent = { type: 'SessionExpired', data: { ...whose, reason: 'x' } };
const failed: SessionLifeEvent = { type: 'SessionFailed', data: { ...whose, reason: 'x' } };

const HISTORY: Readonly<Record<SessionStatus, SessionLifeEvent[]>> = {
  creating: [requested],
  running: [requested, started],
  stopped: [requested, started, stopped],
  expired: [requested, started, expired],
  failed: [requested, failed],
};
const stop = (by: 'owner' | 'administrator'): SessionCommand => ({
  type: 'StopSession',
  data: { sessionId, stopped: { by } },
});
const expire = (at: string, ending: Ending = 'lifetime'): SessionCommand => ({
  type: 'ExpireSession',
  data: { sessionId, at, ending, reason: 'its time was over' },
});
const TOWARDS: Readonly<Record<SessionStatus, SessionCommand>> = {
  creating: { type: 'RequestSession', data: requested.data },
  running: { type: 'ReportRunning', data: { sessionId, ...runtime } },
  stopped: stop('owner'),
  expired: expire(expiresAt),
  failed: { type: 'ReportFailed', data: { sessionId, reason: 'it broke' } },
};
const ALLOWED = new Set([
  'creating running',
  'creating failed',
  'running stopped',
  'running expired',
  'running failed',
]);
const statusAfter = (events: readonly SessionLifeEvent[], from: Session): Session['status'] =>
  events.reduce(session.evolve, from).status;

describe('the transitions of a session (S-41)', () => {
  const pairs = SESSION_STATUSES.flatMap((from) =>
    SESSION_STATUSES.map((to) => [from, to] as const),
  );

  // A stop means "end it": what never ran ends as failed, and what has ended says so.
  const onStop = (from: SessionStatus) => (from === 'creating' ? 'failed' : 'SessionEnded');

  it.each(pairs)('%s to %s is as the table says', (from, to) => {
    const isAllowed = ALLOWED.has(`${from} ${to}`);
    const refused = to === 'stopped' ? onStop(from) : 'TransitionForbidden';
    const state = HISTORY[from].reduce(session.evolve, session.initialState);
    const decision = session.decide(TOWARDS[to], state);
    const outcome =
      decision.kind === 'rejected' ? decision.code : statusAfter(decision.events, state);
    expect([canBecome(from, to), outcome]).toEqual([isAllowed, isAllowed ? to : refused]);
  });

  it('end in the three final states', () => {
    expect(SESSION_STATUSES.filter(isEnded)).toEqual(['stopped', 'expired', 'failed']);
  });
});

describe('a session', () => {
  it('starts with all that its runtime needs', () => {
    given(session)().when(TOWARDS.creating).records(requested);
  });

  it('is cancelled when it is stopped before it runs', () => {
    given(session)(requested)
      .when(stop('owner'))
      .records({ type: 'SessionFailed', data: { ...whose, reason: 'cancelled' } });
  });

  it('says who stopped it', () => {
    given(session)(requested, started)
      .when(stop('administrator'))
      .records({
        type: 'SessionStopped',
        data: { ...whose, reason: 'it was stopped by an administrator' },
      });
  });

  it('tells why Sortie itself stopped it, whether it ran or not', () => {
    const command: SessionCommand = {
      type: 'StopSession',
      data: { sessionId, stopped: { by: 'system', reason: 'Sortie was shut down' } },
    };
    const data = { ...whose, reason: 'Sortie was shut down' };
    given(session)(requested).when(command).records({ type: 'SessionFailed', data });
    given(session)(requested, started).when(command).records({ type: 'SessionStopped', data });
  });

  it('does not expire before its time', () => {
    given(session)(requested, started)
      .when(expire('2026-11-20T11:59:59.999Z'))
      .rejects('TransitionForbidden');
  });

  it('is unknown to every command until it is requested', () => {
    for (const command of [TOWARDS.running, TOWARDS.failed, TOWARDS.stopped, TOWARDS.expired]) {
      given(session)().when(command).rejects('SessionUnknown');
    }
  });

  it('keeps reasons short', () => {
    const state = HISTORY.creating.reduce(session.evolve, session.initialState);
    const data = { sessionId, reason: 'x'.repeat(10_000) };
    const decision = session.decide({ type: 'ReportFailed', data }, state);
    expect(JSON.stringify(decision).length).toBeLessThan(1_000);
  });
});

describe("a session's runtime", () => {
  const end: SessionCommand = { type: 'RecordRuntimeEnded', data: { sessionId, how: 'killed' } };
  const ended: SessionLifeEvent = { type: 'RuntimeEnded', data: { ...whose, how: 'killed' } };
  const endFailed = (attempt: number): SessionLifeEvent => ({
    type: 'RuntimeEndFailed',
    data: { ...whose, attempt, reason: 'stuck' },
  });
  const reap: SessionCommand = { type: 'RecordRuntimeReaped', data: { sessionId, how: 'gone' } };

  it('ends only after its session', () => {
    given(session)(requested, started).when(end).rejects('TransitionForbidden');
    given(session)(...HISTORY.stopped)
      .when(end)
      .records(ended);
  });

  it('ends once', () => {
    given(session)(...HISTORY.stopped, ended)
      .when(end)
      .records();
  });

  it('leaves every failed attempt to end it, once each', () => {
    const attempt = (number: number): SessionCommand => ({
      type: 'RecordRuntimeEndFailed',
      data: { sessionId, attempt: number, reason: 'stuck' },
    });
    given(session)(...HISTORY.stopped)
      .when(attempt(1))
      .records(endFailed(1));
    given(session)(...HISTORY.stopped, endFailed(1))
      .when(attempt(1))
      .records();
    given(session)(...HISTORY.stopped, endFailed(1))
      .when(attempt(2))
      .records(endFailed(2));
  });

  it('is adopted only while its session runs', () => {
    const adopt: SessionCommand = { type: 'RecordRuntimeAdopted', data: { sessionId } };
    given(session)(requested, started).when(adopt).records({ type: 'RuntimeAdopted', data: whose });
    given(session)(requested).when(adopt).rejects('TransitionForbidden');
    given(session)(...HISTORY.failed)
      .when(adopt)
      .rejects('TransitionForbidden');
  });

  it('is reaped when nobody knows its session, or when that is over, and never while it lives', () => {
    const data = { sessionId, userId: null, appId: null, how: 'gone' } as const;
    given(session)().when(reap).records({ type: 'RuntimeReaped', data });
    given(session)(...HISTORY.stopped, ended)
      .when(reap)
      .records({ type: 'RuntimeReaped', data: { ...whose, how: 'gone' } });
    given(session)(requested, started).when(reap).rejects('TransitionForbidden');
    given(session)(requested).when(reap).rejects('TransitionForbidden');
  });
});

describe('any sequence of commands', () => {
  const anyCommand = fc.oneof(
    fc.constantFrom(...Object.values(TOWARDS), stop('administrator')),
    fc.constant<SessionCommand>({ type: 'RecordRuntimeEnded', data: { sessionId, how: 'gone' } }),
    fc.constant<SessionCommand>({ type: 'RecordRuntimeAdopted', data: { sessionId } }),
    fc.constant<SessionCommand>({ type: 'RecordRuntimeReaped', data: { sessionId, how: 'gone' } }),
    fc.integer({ min: 1, max: 5 }).map<SessionCommand>((attempt) => ({
      type: 'RecordRuntimeEndFailed',
      data: { sessionId, attempt, reason: 'stuck' },
    })),
  );

  it('takes only allowed transitions, starts once, ends once, and ends its runtime once', () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 40 }), (commands) => {
        let state: Session = session.initialState;
        const seen: string[] = [];
        const moves: string[] = [];
        for (const command of commands) {
          const decision = session.decide(command, state);
          const events = decision.kind === 'accepted' ? decision.events : [];
          for (const event of events) {
            const before = state.status;
            state = session.evolve(state, event);
            seen.push(event.type);
            if (before !== state.status) moves.push(`${before} ${state.status}`);
          }
        }
        const odd = moves.filter((move) => !ALLOWED.has(move) && move !== 'absent creating');
        expect(odd).toEqual([]);
        const count = (...types: string[]) => seen.filter((type) => types.includes(type)).length;
        expect(count('SessionRequested')).toBeLessThanOrEqual(1);
        expect(count('SessionStarted')).toBeLessThanOrEqual(1);
        expect(count('SessionStopped', 'SessionExpired', 'SessionFailed')).toBeLessThanOrEqual(1);
        expect(count('RuntimeEnded')).toBeLessThanOrEqual(1);
        // The state survives the database, which keeps JSON.
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      }),
      { numRuns: 500 },
    );
  });
});
