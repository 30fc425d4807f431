import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '#shared/contracts/session.js';
import type { RecordedEvent } from '#shared/es/commit.js';
import { projectSession, sessions, type SessionRow } from './sessions.js';

const whose = { sessionId: 's1', userId: 'u1', appId: 'gimp' };
const endpoint = { kind: 'tcp', host: '10.0.0.7', port: 5900 } as const;
const HISTORY: SessionEvent[] = [
  {
    type: 'SessionRequested',
    data: {
      ...whose,
      appName: 'Gimp',
      image: 'apps/gimp:1',
      geometry: { width: 1280, height: 800 },
      expiresAt: '2026-11-20T12:00:00.000Z',
    },
  },
  { type: 'SessionStarted', data: { ...whose, podName: 'sortie-s1', podIp: '10.0.0.7', endpoint } },
  { type: 'RuntimeAdopted', data: whose },
  {
    type: 'SessionActivitySeen',
    data: { sessionId: 's1', userId: 'u1', at: '2026-11-20T10:05:00.000Z' },
  },
  { type: 'SessionFailed', data: { ...whose, reason: 'the desktop was lost' } },
  { type: 'RuntimeEndFailed', data: { ...whose, attempt: 1, reason: 'stuck' } },
  { type: 'RuntimeEnded', data: { ...whose, how: 'killed' } },
];

const OWN_STREAMS: Readonly<Record<string, string>> = {
  SessionActivitySeen: 'activity',
  SessionPreparing: 'preparation',
};

function recorded(event: SessionEvent, index: number): RecordedEvent<SessionEvent> {
  const aggregate = OWN_STREAMS[event.type] ?? 'session';
  const sequence = index + 1;
  const stream = `sortie.event.session.${aggregate}.s1`;
  const cloud = { time: `2026-11-20T10:00:0${index}.000Z` };
  return { ...event, sequence, index: 0, stream, cloud } as RecordedEvent<SessionEvent>;
}
const rowsAfter = (events: readonly SessionEvent[]): SessionRow[] =>
  events.map(recorded).reduce<SessionRow[]>((all, event) => {
    const row = projectSession(all.at(-1), event);
    return row ? [...all, row] : all;
  }, []);
const rows = rowsAfter(HISTORY);

const preparing = (done: number): SessionEvent => ({
  type: 'SessionPreparing',
  data: {
    ...{ sessionId: 's1', userId: 'u1', startedAt: '2026-11-20T10:00:00.000Z' },
    ...{ step: 'image', done, total: 3_000_000_000 },
  },
});

describe('the sessions', () => {
  it('follow a session from its request to the end of its runtime', () => {
    const shown = rows.map(({ status, runtime_state, version }) => [
      status,
      runtime_state,
      version,
    ]);
    expect(shown).toEqual([
      ['creating', 'none', 1],
      ['running', 'up', 2],
      ['running', 'up', 3],
      // Use of it is no new version.
      ['running', 'up', 3],
      ['failed', 'up', 5],
      ['failed', 'up', 6],
      ['failed', 'ended', 7],
    ]);
  });

  it('know where a desktop listens only while it runs', () => {
    expect(JSON.parse(rows[1]?.endpoint ?? '')).toEqual(endpoint);
    expect(rows[1]).toMatchObject({ pod_name: 'sortie-s1', pod_ip: '10.0.0.7' });
    expect(rows[4]?.endpoint).toBeNull();
  });

  it('move updated_at with the status alone', () => {
    expect(new Set(rows.map((row) => row.updated_at)).size).toBe(3);
    expect(rows.at(-1)?.updated_at).toBe('2026-11-20T10:00:04.000Z');
  });

  it('stay the same when an event comes again', () => {
    HISTORY.map(recorded).forEach((event, i) => {
      expect(projectSession(rows[i], event)).toEqual(rows[i]);
    });
  });

  it('have no row of a runtime that was reaped and nobody knows', () => {
    const data = { sessionId: 's1', userId: null, appId: null, how: 'gone' } as const;
    const event = recorded({ type: 'RuntimeReaped', data }, 0);
    expect(projectSession(undefined, event)).toBeUndefined();
  });

  it('are not touched by tickets and refusals', () => {
    const event = recorded(HISTORY[0] as SessionEvent, 0);
    const of = (aggregate: string) =>
      sessions.keysOf({ ...event, stream: `sortie.event.session.${aggregate}.s1` });
    expect([of('ticket'), of('refusal')]).toEqual([[], []]);
    const all = ['session', 'activity', 'preparation'].flatMap(of);
    expect(all).toEqual(['s1', 's1', 's1']);
  });

  it('are admitted when they are requested, unless they wait', () => {
    const [first] = HISTORY as [SessionEvent & { type: 'SessionRequested' }];
    expect(rows[0]?.admitted_at).toBe(rows[0]?.created_at);
    const waiting: SessionEvent = { ...first, data: { ...first.data, queuePosition: 2 } };
    const admitted: SessionEvent = {
      type: 'SessionAdmitted',
      data: { ...whose, expiresAt: '2026-11-20T15:00:00.000Z' },
    };
    const shown = rowsAfter([waiting, admitted]).map((row) => [row.admitted_at, row.expires_at]);
    expect(shown).toEqual([
      [null, '2026-11-20T12:00:00.000Z'],
      ['2026-11-20T10:00:01.000Z', '2026-11-20T15:00:00.000Z'],
    ]);
  });

  it('know since when nobody has touched them, and what their user was warned of', () => {
    const [requested, started] = HISTORY as [SessionEvent, SessionEvent];
    const seen = (at: string): SessionEvent => ({
      type: 'SessionActivitySeen',
      data: { sessionId: 's1', userId: 'u1', at },
    });
    const endsAt = '2026-11-20T12:00:00.000Z';
    const warned: SessionEvent = {
      type: 'SessionExpiryWarned',
      data: { ...whose, endsAt, ending: 'lifetime' },
    };
    const extended: SessionEvent = {
      type: 'SessionExtended',
      data: { ...whose, expiresAt: '2026-11-20T14:00:00.000Z' },
    };
    const early = seen('2026-11-20T09:00:00.000Z');
    const later = seen('2026-11-20T10:00:02.500Z');
    const all = rowsAfter([requested, started, early, later, warned, extended]);
    expect(all.map(({ touched_at }) => touched_at)).toEqual([
      null,
      '2026-11-20T10:00:01.000Z',
      '2026-11-20T10:00:01.000Z',
      '2026-11-20T10:00:02.500Z',
      '2026-11-20T10:00:02.500Z',
      '2026-11-20T10:00:05.000Z',
    ]);
    expect(all.at(-1)).toMatchObject({
      ...{ warned_of: endsAt, expires_at: '2026-11-20T14:00:00.000Z' },
      last_active_at: '2026-11-20T10:00:02.500Z',
    });
  });

  describe('that are being created', () => {
    const [requested, started] = HISTORY as [SessionEvent, SessionEvent];
    const failed: SessionEvent = { type: 'SessionFailed', data: { ...whose, reason: 'x' } };

    it('know how far they are, and are no new version for that', () => {
      const [before, after] = rowsAfter([requested, preparing(42)]);
      const told = JSON.stringify({ step: 'image', done: 42, total: 3_000_000_000 });
      expect(after).toEqual({ ...before, preparation: told });
    });

    it.each([
      ['run', started],
      ['have failed', failed],
    ])('forget it once they %s, and learn no more of it', (_, outcome) => {
      const all = rowsAfter([requested, preparing(42), outcome, preparing(43)]);
      expect(all.map(({ preparation }) => preparation !== null)).toEqual([
        ...[false, true, false, false],
      ]);
      expect(all[3]).toEqual(all[2]);
    });
  });
});
