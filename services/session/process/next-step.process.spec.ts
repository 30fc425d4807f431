import { describe, expect, it } from 'vitest';
import {
  at,
  CREATED,
  EXPIRES,
  HELD,
  iso,
  known,
  LIMITS,
  nothing,
  READY_MS,
  seen,
} from '#test/support/known-session.js';
import {
  CLEAN_EXIT,
  END_RETRY_MS_MAX,
  endRetryMs,
  EXIT_REASON_WAIT_MS,
  type KnownSession,
  nextStep,
  type Seen,
  type Step,
} from './next-step.process.js';

const isOver = (status: KnownSession['status']): boolean =>
  status !== 'creating' && status !== 'running';
type Case = [what: string, session: KnownSession | undefined, seen: Seen, now: number, step: Step];
const steps = (cases: Case[]) =>
  it.each(cases)('%s', (...[, session, what, now, step]) => {
    const slot = session && !isOver(session.status) ? HELD : undefined;
    expect(nextStep({ session, slot }, what, now, LIMITS)).toEqual(step);
  });

describe('a creating session', () => {
  const deadlineMs = CREATED + READY_MS;
  const fail = {
    kind: 'fail',
    reason: 'the desktop was not ready within 120 seconds',
  } as const;
  const shortLived = known('creating', { expires_at: iso(CREATED + 60_000) });
  steps([
    [
      'is started',
      known('creating'),
      nothing,
      CREATED,
      { kind: 'start', deadlineMs, isDirty: false },
    ],
    [
      'is started again after a crash, within its deadline',
      known('creating'),
      nothing,
      deadlineMs - 1,
      { kind: 'start', deadlineMs, isDirty: false },
    ],
    [
      'is started on clean ground when a server died in the middle of a start',
      known('creating'),
      seen('dead'),
      CREATED,
      { kind: 'start', deadlineMs, isDirty: true },
    ],
    ['fails past its deadline', known('creating'), nothing, deadlineMs, fail],
    [
      'runs once its runtime does',
      known('creating'),
      seen('running', { isOurs: false }),
      CREATED,
      { kind: 'report-running', runtime: at('running') },
    ],
    [
      'runs also when nobody could say so in time',
      known('creating'),
      seen('running'),
      deadlineMs + 1,
      { kind: 'report-running', runtime: at('running') },
    ],
    ['does not outlive its time', known('creating'), seen('running'), EXPIRES, fail],
    [
      'must be ready before it expires',
      shortLived,
      nothing,
      CREATED,
      { kind: 'start', deadlineMs: CREATED + 60_000, isDirty: false },
    ],
  ]);
});

describe('a running session', () => {
  const lost = { kind: 'fail', reason: 'the desktop was lost' } as const;
  const waitUntil = CREATED + EXIT_REASON_WAIT_MS;
  steps([
    [
      'is left alone until it expires',
      known('running'),
      seen('running'),
      CREATED,
      { kind: 'nothing', untilMs: EXPIRES - LIMITS.warningMs },
    ],
    [
      'expires on time',
      known('running'),
      seen('running'),
      EXPIRES,
      { kind: 'expire', ending: 'lifetime' },
    ],
    [
      'has its user warned before',
      known('running'),
      seen('running'),
      EXPIRES - LIMITS.warningMs,
      { kind: 'warn', ending: 'lifetime', endsAt: iso(EXPIRES) },
    ],
    [
      'is left alone after the warning',
      known('running', { warned_of: iso(EXPIRES) }),
      seen('running'),
      EXPIRES - 1,
      { kind: 'nothing', untilMs: EXPIRES },
    ],
    [
      'has its user warned again once it was extended',
      known('running', { warned_of: iso(EXPIRES - 7_200_000) }),
      seen('running'),
      EXPIRES - 1,
      { kind: 'warn', ending: 'lifetime', endsAt: iso(EXPIRES) },
    ],
    [
      'is adopted when another process started it',
      known('running'),
      seen('running', { isOurs: false }),
      CREATED,
      { kind: 'adopt' },
    ],
    ['is lost when its runtime is gone', known('running'), nothing, CREATED, lost],
    [
      'is lost when it died while nobody watched',
      known('running'),
      seen('dead', { isOurs: false, deadSinceMs: CREATED }),
      CREATED,
      lost,
    ],
    [
      'waits a moment for the reason of its end',
      known('running'),
      seen('dead', { deadSinceMs: CREATED }),
      CREATED,
      { kind: 'nothing', untilMs: waitUntil },
    ],
    [
      'is lost when no reason comes',
      known('running'),
      seen('dead', { deadSinceMs: CREATED }),
      waitUntil,
      lost,
    ],
    [
      'stops when its app was closed',
      known('running'),
      seen('dead', { exitReason: CLEAN_EXIT }),
      CREATED,
      { kind: 'stop', reason: 'the app was closed' },
    ],
    [
      'fails when its display died',
      known('running'),
      seen('dead', { exitReason: 'the display server ended' }),
      CREATED,
      { kind: 'fail', reason: 'the display server ended' },
    ],
  ]);
});

describe.each(['stopped', 'expired', 'failed'] as const)('a session that is %s', (status) => {
  const failedOnce = { end_attempts: 1, end_failed_at: iso(CREATED) };
  const over = known(status, { runtime_state: 'ended' });
  steps([
    [
      'has its runtime ended',
      known(status),
      seen('running'),
      CREATED,
      { kind: 'end-runtime', attempt: 1 },
    ],
    [
      'has what a failed start may have left cleaned up',
      known(status, { runtime_state: 'none' }),
      nothing,
      CREATED,
      { kind: 'end-runtime', attempt: 1 },
    ],
    [
      'waits before the next attempt',
      known(status, failedOnce),
      seen('running'),
      CREATED + 999,
      { kind: 'nothing', untilMs: CREATED + 1_000 },
    ],
    [
      'has its runtime ended again after that',
      known(status, failedOnce),
      seen('running'),
      CREATED + 1_000,
      { kind: 'end-runtime', attempt: 2 },
    ],
    ['is over once its runtime is', over, nothing, CREATED, { kind: 'nothing' }],
    ['has a runtime that comes back reaped', over, seen('running'), CREATED, { kind: 'reap' }],
  ]);
});

describe('a runtime that no session knows', () => {
  steps([
    ['is reaped', undefined, seen('running', { isOurs: false }), CREATED, { kind: 'reap' }],
    ['is nothing when it is gone', undefined, nothing, CREATED, { kind: 'nothing' }],
  ]);
});

describe('the wait between two attempts to end a runtime', () => {
  it('grows up to a minute and stays there, for as many attempts as it takes', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 1_000, 5_000].map(endRetryMs);
    expect(waits.slice(0, 7)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000]);
    expect(waits.slice(7)).toEqual([END_RETRY_MS_MAX, END_RETRY_MS_MAX, END_RETRY_MS_MAX]);
  });
});
