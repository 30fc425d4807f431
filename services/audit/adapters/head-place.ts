import type { TreeHead } from '#shared/contracts/tree-head.js';

/** Port to a place where copies of tree heads are kept, best where whoever can change the log has no say. */
export type HeadPlace = Readonly<{
  /** As people know it: a file, or where syslog is. */
  name: string;
  /** Resolves once the place has it, as far as it can tell. */
  append: (head: TreeHead) => Promise<void>;
  /** What is in it, in order, where it can be read; undefined where it only takes. */
  read?: () => AsyncIterable<TreeHead>;
}>;
