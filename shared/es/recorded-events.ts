import type { Commit, RecordedEvent } from './commit.js';

const TYPE = /^sortie\.([a-z]+)\.([A-Za-z]+)\.v([0-9]+)$/;

/** An event's type is none that this version of Sortie can read. */
export class UnknownEventError extends Error {
  override readonly name = 'UnknownEventError';
}

/** The stored type of a service's event: `sortie.<service>.<Event>.v1`. */
export const typeOf = (service: string, event: string): string => `sortie.${service}.${event}.v1`;

/** Turns a commit into the domain's events. Throws {@link UnknownEventError} for a type or version from a newer Sortie. */
export function recordedEvents(commit: Commit): RecordedEvent[] {
  return commit.events.map((cloud, index) => {
    const [, , type, version] = TYPE.exec(cloud.type) ?? [];
    if (!type || version !== '1') {
      throw new UnknownEventError(
        `The event ${cloud.type} at sequence ${commit.sequence} is newer than this version of Sortie; upgrade it.`,
      );
    }
    const { sequence, stream } = commit;
    return { type, data: cloud.data as object, sequence, index, stream, cloud };
  });
}
