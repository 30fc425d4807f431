import { partsOf, type NewCommit } from '#shared/es/commit.js';
import { COMMIT_BYTES_MAX, COMMIT_EVENTS_MAX, CommitTooLargeError } from '#shared/es/event-log.js';

/**
 * Encodes a commit's events as `application/cloudevents-batch+json`, the bytes that every adapter stores.
 * Throws {@link CommitTooLargeError} past the limits, and RangeError for a stream that Sortie can't have named or no event.
 */
export function encodeEvents({ stream, events }: NewCommit): string {
  partsOf(stream);
  if (events.length === 0) throw new RangeError('A commit has at least one event');
  if (events.length > COMMIT_EVENTS_MAX) {
    throw new CommitTooLargeError(`A commit takes at most ${COMMIT_EVENTS_MAX} events.`);
  }
  const json = JSON.stringify(events);
  if (Buffer.byteLength(json) > COMMIT_BYTES_MAX) {
    throw new CommitTooLargeError(
      `A commit takes at most ${COMMIT_BYTES_MAX} bytes; keep large content elsewhere and store its hash.`,
    );
  }
  return json;
}
