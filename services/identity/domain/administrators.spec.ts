import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { given } from '#test/support/given.js';
import { administrators } from './administrators.js';

const appointed = (userId: string) =>
  ({ type: 'AdministratorAppointed', data: { userId } }) as const;
const dismissed = (userId: string) =>
  ({ type: 'AdministratorDismissed', data: { userId } }) as const;
const appoint = (userId: string) => ({ type: 'AppointAdministrator', data: { userId } }) as const;
const dismiss = (userId: string) => ({ type: 'DismissAdministrator', data: { userId } }) as const;

describe('the administrators', () => {
  it('count each one once', () => {
    given(administrators)().when(appoint('a')).records(appointed('a'));
    given(administrators)(appointed('a')).when(appoint('a')).records();
  });
  it('let one of two go', () => {
    given(administrators)(appointed('a'), appointed('b'))
      .when(dismiss('a'))
      .records(dismissed('a'));
  });
  it('keep the last one', () => {
    given(administrators)(appointed('a')).when(dismiss('a')).rejects('LastAdministrator');
    given(administrators)(appointed('a'), appointed('b'), dismissed('a'))
      .when(dismiss('b'))
      .rejects('LastAdministrator');
  });
  it('have nothing to do with anybody else', () => {
    given(administrators)(appointed('a')).when(dismiss('nobody')).records();
  });
  it('never come down to none, whatever is asked', () => {
    const asked = fc.array(
      fc.tuple(fc.constantFrom(appoint, dismiss), fc.constantFrom('a', 'b', 'c')),
    );
    fc.assert(
      fc.property(asked, (commands) => {
        let state = administrators.initialState;
        for (const [command, id] of commands) {
          const before = state.userIds.length;
          const decision = administrators.decide(command(id), state);
          if (decision.kind === 'rejected') continue;
          state = decision.events.reduce(administrators.evolve, state);
          expect(state.userIds.length).toBeGreaterThanOrEqual(Math.min(before, 1));
          expect(new Set(state.userIds).size).toBe(state.userIds.length);
        }
      }),
    );
  });
});
