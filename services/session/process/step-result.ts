import type { Outcome } from '#shared/es/command-handler.js';
import type { Message } from '#shared/es/decider.js';

/** `again`: done, look for the next step. `later`: it could not be done or is not visible yet. `nothing`: wait to be woken. */
export type StepResult = 'again' | 'later' | 'nothing';

/** Whether the rows show what was done: deciding again on those that don't would do it twice. */
export const isVisible = (outcome: Outcome<Message>): boolean =>
  outcome.kind === 'committed' && outcome.caughtUp;
