import type { TreeHead } from '#shared/contracts/tree-head.js';

/** Port to a place where copies of tree heads are kept, best where whoever can change the log has no say. */
export type HeadPlace = Readonly<{
  /** As people know it: a file, where syslog is, or a bucket. */
  name: string;
  /** Resolves once the place has it, as far as it can tell. */
  append: (head: TreeHead) => Promise<void>;
  /**
   * What is in it, in order, where it can be read; undefined where it only takes. Heads before `from` may be left out, but
   * for the last that there is.
   */
  read?: (from: number) => AsyncIterable<TreeHead>;
}>;
