import type { FrameSeen } from '#shared/contracts/sharing.js';
import { accept, type Decider, type Message } from '#shared/es/decider.js';

/** Whoever has a picture of the desktop on a page asks for it again and again. */
const SAME_LOOK_MS = 60_000;

export type Look = Readonly<{ seenAt: string | null }>;
export type SeeFrame = Message<'SeeFrame', FrameSeen['data']>;

/** When one person last looked at pictures of one session of somebody else. */
export const look: Decider<SeeFrame, FrameSeen, Look> = {
  initialState: { seenAt: null },
  evolve: (_, { data }) => ({ seenAt: data.at }),
  decide: ({ data }, { seenAt }) =>
    seenAt !== null && Date.parse(data.at) < Date.parse(seenAt) + SAME_LOOK_MS
      ? accept()
      : accept({ type: 'FrameSeen', data }),
};
