import { leafText, vacantLeafText } from '#shared/es/commit-leaf.js';
import type { Sequence } from '#shared/es/commit.js';
import type { EventLog } from '#shared/es/event-log.js';

/** What the log has on its places behind `after`, as the tree's leaves have it, and the sequence of the last of them. */
export async function readLeaves(
  log: EventLog,
  { after, limit }: { after: Sequence; limit: number },
): Promise<{ leaves: string[]; through: Sequence }> {
  const { commits, through } = await log.read({ after, limit });
  const leaves: string[] = [];
  for (const commit of commits) {
    while (after + leaves.length + 1 < commit.sequence && leaves.length < limit) {
      leaves.push(vacantLeafText(after + leaves.length + 1));
    }
    if (leaves.length === limit) break;
    leaves.push(leafText(commit));
  }
  while (after + leaves.length < through && leaves.length < limit) {
    leaves.push(vacantLeafText(after + leaves.length + 1));
  }
  return { leaves, through: after + leaves.length };
}
