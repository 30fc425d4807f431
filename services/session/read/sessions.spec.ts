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

function recorded(event: SessionEvent, index: number): RecordedEvent<SessionEvent> {
  const aggregate = event.type === 'SessionActivitySeen' ? 'activity' : 'session';
  const sequence = index + 1;
  const stream = `sortie.event.session.${aggregate}.s1`;
  const cloud = { time: `2026-11-20T10:00:0${index}.000Z` };
  return { ...event, sequence, index: 0, stream, cloud } as RecordedEvent<SessionEvent>;
}
const rows = HISTORY.map(recorded).reduce<SessionRow[]>((all, event) => {
  const row = projectSession(all.at(-1), event);
  return row ? [...all, row] : all;
}, []);

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
    expect([of('session'), of('activity')]).toEqual([['s1'], ['s1']]);
  });
});
