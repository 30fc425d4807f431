import type { Commit, RecordedEvent } from './commit.js';

const TYPE = /^sortie\.([a-z]+)\.([A-Za-z]+)\.v([0-9]+)$/;
const NAMES_MAX = 1_000;

/** Names by stored type: a replay meets the same few types over and over. */
const names = new Map<string, string>();

/** The stored type of a service's event: `sortie.<service>.<Event>.v1`. */
export const typeOf = (service: string, event: string): string => `sortie.${service}.${event}.v1`;

/**
 * Turns a commit into the domain's events. One that is not among `known`, or in a version that this Sortie can't read
 * yet, keeps its whole stored type for its type: see {@link isNewer}.
 */
export function recordedEvents(commit: Commit, known?: ReadonlySet<string>): RecordedEvent[] {
  const { sequence, stream, commandId } = commit;
  return commit.events.map((cloud, index) => {
    const name = names.get(cloud.type) ?? nameOf(cloud.type);
    const type = known === undefined || known.has(name) ? name : cloud.type;
    return { type, data: cloud.data as object, sequence, index, stream, commandId, cloud };
  });
}

/** Says whether an event was written by a newer version of Sortie, in a form that this one can't read. */
export const isNewer = (event: RecordedEvent): boolean => event.type === event.cloud.type;

function nameOf(stored: string): string {
  const [, , name, version] = TYPE.exec(stored) ?? [];
  const type = name !== undefined && version === '1' ? name : stored;
  if (names.size < NAMES_MAX) names.set(stored, type);
  return type;
}
