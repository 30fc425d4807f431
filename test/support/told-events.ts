import { v7 as uuidV7 } from 'uuid';
import type { CloudEvent, NewCommit } from '#shared/es/commit.js';
import type { EventLog } from '#shared/es/event-log.js';
import { cloudEvent } from './commits.js';

export type ToldEvent = Readonly<{
  /** `<service>.<aggregate>` */
  of: string;
  type: string;
  data: unknown;
  id?: string;
  /** Who did it, when, from where. */
  cloud?: Partial<CloudEvent>;
}>;

/** As many as a log takes at once without saying that it is busy. */
const GROUP = 250;

/** Puts events into a log as if their services had decided on them, one commit each, in this order. */
export async function tellEvents(log: EventLog, events: readonly ToldEvent[]): Promise<void> {
  for (let from = 0; from < events.length; from += GROUP) {
    await Promise.all(events.slice(from, from + GROUP).map((event) => log.append(commitOf(event))));
  }
}

function commitOf({ of, type, data, id, cloud }: ToldEvent): NewCommit {
  const [service = '', aggregate = ''] = of.split('.');
  const commandId = uuidV7();
  const stored = { ...cloudEvent(commandId, 0, data), type: `sortie.${service}.${type}.v1` };
  return {
    ...{ commandId, expectedVersion: 'any' },
    stream: `sortie.event.${service}.${aggregate}.${id ?? commandId}`,
    events: [{ ...stored, ...cloud }],
  };
}
