import type { SessionActivitySeen } from '#shared/contracts/session.js';
import { accept, type Decider, type Message } from '#shared/es/decider.js';

export type Activity = Readonly<{ lastActiveAt: string | null }>;
export type RecordActivity = Message<'RecordActivity', SessionActivitySeen['data']>;

/** When a session was last used. It only moves forward: a late report of an earlier moment changes nothing. */
export const activity: Decider<RecordActivity, SessionActivitySeen, Activity> = {
  initialState: { lastActiveAt: null },
  evolve: (_, { data }) => ({ lastActiveAt: data.at }),
  decide: ({ data }, { lastActiveAt }) =>
    lastActiveAt !== null && data.at <= lastActiveAt
      ? accept()
      : accept({ type: 'SessionActivitySeen', data }),
};
