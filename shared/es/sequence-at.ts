import type { Commit, Sequence } from './commit.js';
import type { EventLog } from './event-log.js';

/**
 * The sequence that the log stood at at a moment (epoch milliseconds): the commit there is not from after it, and the
 * next one, if there is any up to `head`, is. Where clocks went back there may be several such places: it is always the
 * same of them, because the search tries the same places however long the log has grown; a commit that was appended
 * since with a time before the moment is found only at one of these. One read a halving, some twenty in a million.
 */
export async function sequenceAt(
  log: Pick<EventLog, 'read'>,
  moment: number,
  head: Sequence,
): Promise<Sequence> {
  let sequence = 0;
  for (let step = 2 ** Math.floor(Math.log2(Math.max(head, 1))); step >= 1; step /= 2) {
    const next = sequence + step;
    if (next > head) continue;
    const commit = await commitFrom(log, next, head);
    if (commit === undefined || timeOf(commit) <= moment) sequence = next;
  }
  return sequence;
}

const timeOf = ({ events }: Commit): number => Date.parse(events[0]?.time ?? '');

/** The commit at a sequence, or the next after it where that place holds none. */
async function commitFrom(
  log: Pick<EventLog, 'read'>,
  sequence: Sequence,
  head: Sequence,
): Promise<Commit | undefined> {
  const at = await log.read({ after: sequence - 1, limit: 1 });
  let { commits, through } = at;
  while (commits.length === 0 && through < head) {
    const more = await log.read({ after: through });
    if (more.through === through) return undefined;
    ({ commits, through } = more);
  }
  return commits[0];
}
