import type { ExternalIdentityLinked } from '#shared/contracts/ways-in-events.js';
import { accept, type Decider, type Message } from '#shared/es/decider.js';

export type ExternalIdentity = Readonly<{ userId: string | null }>;

/** Who somebody at a provider is here. It is said once: of two first sign-ins at a time, the second finds it said. */
export const externalIdentity: Decider<
  Message<'LinkExternalIdentity', ExternalIdentityLinked['data']>,
  ExternalIdentityLinked,
  ExternalIdentity
> = {
  initialState: { userId: null },
  evolve: (_, { data: { userId } }) => ({ userId }),
  decide: ({ data }, { userId }) =>
    userId === null ? accept({ type: 'ExternalIdentityLinked', data }) : accept(),
};
