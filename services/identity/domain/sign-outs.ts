import type { SignedOutEverywhere } from '#shared/contracts/ways-in-events.js';
import { accept, type Decider, type Message } from '#shared/es/decider.js';

/**
 * The ends of all sign-ins of one user at once. It is the place in the log that counts: a sign-in that stands after it
 * began with what the person knows now.
 */
export const signOuts: Decider<
  Message<'SignOutEverywhere', { userId: string }>,
  SignedOutEverywhere,
  null
> = {
  initialState: null,
  evolve: () => null,
  decide: ({ data }) => accept({ type: 'SignedOutEverywhere', data }),
};
