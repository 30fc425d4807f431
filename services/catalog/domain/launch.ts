import type { AppLaunched } from '#shared/contracts/catalog.js';
import { accept, type Decider, type Message } from '#shared/es/decider.js';

type RecordLaunch = Message<'RecordLaunch', { appId: string; userId: string; url: string }>;

/** One opening of a url app. There is nothing to decide: it happened. */
export const launch: Decider<RecordLaunch, AppLaunched, null> = {
  initialState: null,
  evolve: () => null,
  decide: ({ data }) => accept({ type: 'AppLaunched', data }),
};
