import type { ApiTokenUsed } from '#shared/contracts/ways-in-events.js';
import { accept, type Decider, type Message } from '#shared/es/decider.js';

/** A use is noted when the one before was noted so long ago. */
export const USE_NOTED_EVERY_MS = 60_000;

export type ApiTokenUse = Readonly<{ usedAt: string | null }>;

/** Says whether a use at `at` is to be noted, the last one noted being that of `usedAt`. */
export const isDueForNote = (usedAt: string | null, at: string): boolean =>
  usedAt === null || Date.parse(at) - Date.parse(usedAt) >= USE_NOTED_EVERY_MS;

/** When a token was last used, to within a minute: it is for people who wonder whether they still need it. */
export const apiTokenUse: Decider<
  Message<'NoteUse', ApiTokenUsed['data']>,
  ApiTokenUsed,
  ApiTokenUse
> = {
  initialState: { usedAt: null },
  evolve: (_, { data }) => ({ usedAt: data.at }),
  decide: ({ data }, { usedAt }) =>
    isDueForNote(usedAt, data.at) ? accept({ type: 'ApiTokenUsed', data }) : accept(),
};
