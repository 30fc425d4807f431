import { v7 as uuidV7 } from 'uuid';
import type { CloudEvent, Commit, NewCommit } from '#shared/es/commit.js';
import type { EventLog } from '#shared/es/event-log.js';

/** A commit of one made-up event, on a stream of its own unless told otherwise. */
export function newCommit(over: Partial<NewCommit> & { count?: number; data?: unknown } = {}) {
  const { count = 1, data = { n: 1 }, ...rest } = over;
  const commandId = over.commandId ?? uuidV7();
  const stream = over.stream ?? streamNamed(commandId);
  const events = Array.from({ length: count }, (_, i) => cloudEvent(commandId, i, data));
  return { stream, expectedVersion: 0, commandId, events, ...rest } satisfies NewCommit;
}

/** The stream of a made-up app. */
export const streamNamed = (id: string, service = 'catalog'): string =>
  `sortie.event.${service}.app.${id}`;

export const cloudEvent = (commandId: string, index: number, data: unknown): CloudEvent => ({
  specversion: '1.0',
  id: `${commandId}-${index}`,
  source: '/sortie/catalog',
  type: 'sortie.catalog.AppRegistered.v1',
  subject: 'app',
  time: '2026-11-20T08:00:00.000Z',
  datacontenttype: 'application/json',
  actor: 'admin-1',
  correlationid: commandId,
  commandid: commandId,
  data,
});

/** Appends `count` commits, each on a stream of its own, and returns their command ids in log order. */
export async function fill(log: EventLog, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let done = 0; done < count; done += FILL_GROUP) {
    const group = Array.from({ length: Math.min(FILL_GROUP, count - done) }, () => newCommit());
    ids.push(...group.map(({ commandId }) => commandId));
    await Promise.all(group.map((commit) => log.append(commit)));
  }
  return ids;
}

const FILL_GROUP = 250;

/** Everything in the log. */
export async function readAll(log: EventLog, services?: readonly string[]): Promise<Commit[]> {
  const all: Commit[] = [];
  for (let after = 0; ;) {
    const { commits, through } = await log.read({ after, ...(services && { services }) });
    all.push(...commits);
    if (through === after) return all;
    after = through;
  }
}

/** The places of commits in the log. */
export const sequencesOf = (commits: readonly Commit[]) => commits.map(({ sequence }) => sequence);

/** 1, 2, … `count`. */
export const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
