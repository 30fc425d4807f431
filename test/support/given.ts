import { expect } from 'vitest';
import type { Decider, Message } from '#shared/es/decider.js';

/** `given(decider)(past events).when(command).records(...events)` or `.rejects(code)`. */
export const given =
  <C extends Message, E extends Message, S>(decider: Decider<C, E, S>) =>
  (...history: E[]) => ({
    when(command: C) {
      const state = history.reduce(decider.evolve, decider.initialState);
      const decision = decider.decide(command, state);
      return {
        records: (...events: E[]) => expect(decision).toEqual({ kind: 'accepted', events }),
        rejects: (code: string) => expect(decision).toMatchObject({ kind: 'rejected', code }),
      };
    },
  });
