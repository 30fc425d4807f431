import type { NewCommit } from '#shared/es/commit.js';
import type { EventLog } from '#shared/es/event-log.js';
import { cloudEvent, newCommit } from '#test/support/commits.js';

const GROUP = 999;
const USERS = 100;
const STEP_MS = 1_000;
const FIRST = Date.parse('2026-01-01T00:00:00.000Z');

/** One after the other, each session is asked for, runs and is stopped, each of a hundred users in turn. */
function sessionCommit(n: number): NewCommit {
  const number = Math.floor(n / 3);
  const [sessionId, userId] = [`session-${number}`, `user-${number % USERS}`];
  const time = new Date(FIRST + n * STEP_MS).toISOString();
  const whose = { sessionId, userId, appId: 'terminal' };
  const [type, data] = (
    [
      [
        'SessionRequested',
        {
          ...{ ...whose, appName: 'Terminal', image: 'sortie/terminal', expiresAt: time },
          geometry: { width: 1_280, height: 800 },
        },
      ],
      [
        'SessionStarted',
        { ...whose, podName: 'p', podIp: null, endpoint: { kind: 'unix', path: '/x' } },
      ],
      ['SessionStopped', { ...whose, reason: 'stopped by its user' }],
    ] as const
  )[n % 3] as readonly [string, object];
  const stream = `sortie.event.session.session.${sessionId}`;
  const commit = newCommit({ stream, expectedVersion: 'any' });
  const event = cloudEvent(commit.commandId, 0, data);
  return { ...commit, events: [{ ...event, time, type: `sortie.session.${type}.v1` }] };
}

/** Appends the whole history of as many sessions. */
export async function fillSessions(log: EventLog, sessions: number): Promise<void> {
  for (let n = 0; n < sessions * 3; n += GROUP) {
    const count = Math.min(GROUP, sessions * 3 - n);
    await Promise.all(Array.from({ length: count }, (_, i) => log.append(sessionCommit(n + i))));
  }
}
