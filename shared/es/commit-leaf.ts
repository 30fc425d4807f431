import type { Commit, Sequence } from './commit.js';

/**
 * What the tree holds of a commit: all that the log gives back of it, as one line of JSON in a fixed order. The log
 * stores what JSON.stringify has written, so parsing that and writing it again gives the same bytes, in every adapter.
 */
export const leafText = ({ sequence, stream, commandId, events }: Commit): string =>
  JSON.stringify({ sequence, stream, commandId, events });

/** What the tree holds for a place in the log that has no commit: somebody else's message in JetStream. */
export const vacantLeafText = (sequence: Sequence): string =>
  JSON.stringify({ sequence, vacant: true });

/** What every leaf of a place begins with. */
export const leafStart = (sequence: Sequence): string => `{"sequence":${sequence},`;
