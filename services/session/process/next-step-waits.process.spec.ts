import { describe, expect, it } from 'vitest';
import {
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
  expiryReason,
  type KnownSession,
  type KnownSlot,
  nextStep,
  ORPHAN_SLOT_MS,
  type Seen,
} from './next-step.process.js';

const WAITS: KnownSlot = { state: 'queued', since: iso(CREATED) };

describe('a session that nobody uses', () => {
  const IDLE_MS = 1_800_000;
  const step = (touchedMs: number, nowMs: number, warned_of: string | null = null) => {
    const session = known('running', { touched_at: iso(touchedMs), warned_of });
    const limits = { ...LIMITS, idleMs: IDLE_MS };
    return nextStep({ session, slot: HELD }, seen('running'), nowMs, limits);
  };
  const end = CREATED + IDLE_MS;

  it('has its user warned, and ends', () => {
    const warnAt = end - LIMITS.warningMs;
    expect(step(CREATED, CREATED)).toEqual({ kind: 'nothing', untilMs: warnAt });
    expect(step(CREATED, warnAt)).toEqual({ kind: 'warn', ending: 'idle', endsAt: iso(end) });
    expect(step(CREATED, end - 1, iso(end))).toEqual({ kind: 'nothing', untilMs: end });
    expect(step(CREATED, end, iso(end))).toEqual({ kind: 'expire', ending: 'idle' });
  });

  it('goes on when it is used after the warning', () => {
    const untilMs = end + 60_000 - LIMITS.warningMs;
    expect(step(CREATED + 60_000, CREATED + 60_000, iso(end))).toEqual({
      ...{ kind: 'nothing', untilMs },
    });
  });

  it('says so in its reason', () => {
    const reason = expiryReason('idle', known('running'), IDLE_MS);
    expect(reason).toBe(
      'it was idle: nobody used its keyboard, pointer or clipboard for 30 minutes',
    );
  });
});

describe('the place of a session', () => {
  const step = (
    session: KnownSession | undefined,
    slot: KnownSlot | undefined,
    what: Seen = nothing,
    nowMs = CREATED,
  ) => nextStep({ session, slot }, what, nowMs, LIMITS);
  const waiting = known('creating', { admitted_at: null });

  it('is waited for as long as it takes', () => {
    expect(step(waiting, WAITS, nothing, EXPIRES * 2)).toEqual({ kind: 'nothing' });
  });

  it('lets its session begin, whose time counts from then', () => {
    const late = CREATED + 3_600_000;
    const since = iso(late);
    expect(step(waiting, { state: 'held', since }, nothing, late)).toEqual({ kind: 'admit' });
    const admitted = known('creating', { admitted_at: since, expires_at: iso(late + 7_200_000) });
    const deadlineMs = late + READY_MS;
    expect(step(admitted, { state: 'held', since }, nothing, late)).toEqual({
      ...{ kind: 'start', deadlineMs, isDirty: false },
    });
  });

  it('is taken for a session that is alive and has none', () => {
    const take = (isRunning: boolean) => ({ kind: 'take-slot', isRunning });
    expect(step(known('creating'), undefined)).toEqual(take(false));
    expect(step(known('creating'), undefined, seen('running'))).toEqual(take(true));
    expect(step(known('running'), undefined, seen('running'))).toEqual(take(true));
    expect(step(known('running'), WAITS, seen('running'))).toEqual(take(true));
  });

  it.each(['stopped', 'expired', 'failed'] as const)('is freed once it is %s', (status) => {
    for (const slot of [HELD, WAITS]) {
      expect(step(known(status), slot, seen('running'))).toEqual({ kind: 'free-slot' });
    }
  });

  it('is freed when no session came of it within a minute', () => {
    const untilMs = CREATED + ORPHAN_SLOT_MS;
    expect(step(undefined, HELD)).toEqual({ kind: 'nothing', untilMs });
    expect(step(undefined, WAITS, nothing, untilMs)).toEqual({ kind: 'free-slot' });
  });
});
