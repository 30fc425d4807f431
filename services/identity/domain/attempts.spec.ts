import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SignInFailed } from '#shared/contracts/identity.js';
import { given } from '#test/support/given.js';
import { attempts, FAILURES_MAX, FIRST_LOCK_MS, LOCK_MS_MAX } from './attempts.js';

const start = Date.parse('2026-11-20T10:00:00.000Z');
const at = (ms: number): string => new Date(start + ms).toISOString();
const who = { nameHash: 'n', userId: 'u1', purpose: 'sign_in' } as const;
const failed = (failures: number, lockedUntil: string | null = null): SignInFailed => ({
  type: 'SignInFailed',
  data: { ...who, failures, lockedUntil },
});
const count = (ms: number) => ({ type: 'CountFailure', data: { ...who, at: at(ms) } }) as const;
const check = (ms: number) => ({ type: 'CheckLock', data: { at: at(ms) } }) as const;
const forget = (ms: number) => ({ type: 'ForgetFailures', data: { at: at(ms) } }) as const;

describe('wrong passwords', () => {
  it('are free until the fifth in a row', () => {
    given(attempts)(failed(3)).when(count(0)).records(failed(4));
    given(attempts)(failed(4))
      .when(count(0))
      .records(failed(5, at(FIRST_LOCK_MS)));
  });
  it('double the lock each time, up to fifteen minutes', () => {
    given(attempts)(failed(5, at(0)))
      .when(count(0))
      .records(failed(6, at(2 * FIRST_LOCK_MS)));
    given(attempts)(failed(8, at(0)))
      .when(count(0))
      .records(failed(9, at(LOCK_MS_MAX)));
    given(attempts)(failed(5_000, at(0)))
      .when(count(0))
      .records(failed(5_001, at(LOCK_MS_MAX)));
  });
  it('are not even counted while the lock holds', () => {
    given(attempts)(failed(5, at(10)))
      .when(count(9))
      .rejects('SignInLocked');
  });
  it('say how long the lock still holds', () => {
    const state = attempts.evolve(attempts.initialState, failed(5, at(1_500)));
    expect(attempts.decide(check(0), state)).toMatchObject({ retryAfterSeconds: 2 });
  });
});

describe('a right password', () => {
  it('is refused while the lock holds', () => {
    given(attempts)(failed(5, at(10)))
      .when(forget(9))
      .rejects('SignInLocked');
  });
  it('starts the counting anew', () => {
    given(attempts)(failed(4))
      .when(forget(0))
      .records({ type: 'SignInFailuresForgotten', data: { failures: 4 } });
  });
  it('leaves no trace when there is nothing to forget', () => {
    given(attempts)().when(forget(0)).records();
  });
});

// The model is the rule in words: five wrong in a row close the door for a minute, each further one for twice as
// long, and nothing that comes to a closed door is looked at.
describe('the lock', () => {
  it('does what the rule says, in whatever order guesses come', () => {
    const step = fc.record({
      afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 * LOCK_MS_MAX })),
      right: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let state = attempts.initialState;
        let [clock, wrongInARow, closedUntil] = [0, 0, -1];
        for (const { afterMs, right } of steps) {
          clock += afterMs;
          const isClosed = clock < closedUntil;
          expect(attempts.decide(check(clock), state).kind === 'rejected').toBe(isClosed);
          const decision = attempts.decide(right ? forget(clock) : count(clock), state);
          expect(decision.kind === 'rejected').toBe(isClosed);
          if (decision.kind === 'rejected') continue;
          state = decision.events.reduce(attempts.evolve, state);
          wrongInARow = right ? 0 : wrongInARow + 1;
          closedUntil = clock + doorClosesForMs(wrongInARow);
        }
      }),
    );
  });
});

function doorClosesForMs(wrongInARow: number): number {
  if (wrongInARow < FAILURES_MAX) return -1;
  let minutes = 1;
  for (let n = FAILURES_MAX; n < wrongInARow && minutes < 15; n += 1) minutes *= 2;
  return Math.min(minutes, 15) * 60_000;
}
