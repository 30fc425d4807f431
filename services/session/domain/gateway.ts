import type { ViewersConfirmed } from '#shared/contracts/sharing.js';
import { accept, type Decider, type Message } from '#shared/es/decider.js';

export type Gateway = Readonly<{ seenAt: string | null }>;
export type ConfirmViewers = Message<'ConfirmViewers', ViewersConfirmed['data']>;

/** When a gateway that has viewers was last heard of. One without has no lease to renew. */
export const gateway: Decider<ConfirmViewers, ViewersConfirmed, Gateway> = {
  initialState: { seenAt: null },
  evolve: (_, { data }) => ({ seenAt: data.at }),
  decide: ({ data }, { seenAt }) =>
    data.viewers === 0 || (seenAt !== null && data.at <= seenAt)
      ? accept()
      : accept({ type: 'ViewersConfirmed', data }),
};
