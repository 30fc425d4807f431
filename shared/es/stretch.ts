import type { RecordedEvent, Sequence } from './commit.js';
import { BATCH_COMMITS_MAX, type EventLog } from './event-log.js';
import { recordedEvents } from './recorded-events.js';

type Asked = Readonly<{
  after: Sequence;
  services?: readonly string[] | undefined;
  /** Event types that this Sortie knows; all when absent. */
  known?: ReadonlySet<string> | undefined;
}>;

/** Commits of one transaction while a table catches up: a page that many of them touch is written once, not once a batch. */
const STRETCH_COMMITS_MAX = 5_000;

type Stretch = Readonly<{ events: readonly RecordedEvent[]; through: Sequence }>;

/** Reads the next stretch of the log after `after`, at most to `target`, which the log must have. Lets other work run between two reads. */
export async function readStretch(
  log: EventLog,
  { after, services, known }: Asked,
  target: Sequence,
): Promise<Stretch> {
  const end = Math.min(target, after + STRETCH_COMMITS_MAX);
  const events: RecordedEvent[] = [];
  let through = after;
  while (through < end) {
    const limit = Math.min(BATCH_COMMITS_MAX, end - through);
    const batch = await log.read({ after: through, limit, ...(services && { services }) });
    if (batch.through === through) throw new Error(`The log ends at ${through}, before ${end}.`);
    for (const commit of batch.commits) events.push(...recordedEvents(commit, known));
    through = batch.through;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { events, through };
}
