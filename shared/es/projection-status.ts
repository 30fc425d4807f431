import type { Sequence } from './commit.js';
import type { Checkpoint } from './read-model-store.js';

/** What came of a rebuild: both hashes were taken at the same sequence. */
export type RebuildReport = Readonly<{
  name: string;
  sequence: Sequence;
  events: number;
  durationMs: number;
  hashBefore: string;
  hashAfter: string;
}>;

/** Where a read model stands against the head of the log. */
export type ProjectionStatus = Readonly<{
  name: string;
  checkpoint: Sequence;
  lag: number;
  status: Checkpoint['status'];
  error: string | null;
}>;
