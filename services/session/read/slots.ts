import type { AdmissionEvent } from '#shared/contracts/admission.js';
import type { SessionEvent } from '#shared/contracts/session.js';
import { partsOf, type RecordedEvent } from '#shared/es/commit.js';
import { rowModel } from '#shared/es/read-model.js';

export type SlotRow = {
  session_id: string;
  user_id: string;
  state: 'held' | 'queued';
  /** Since when it has its place, or waits for one. */
  since: string;
  /** Its place in the queue, from 1; null once it has one of its own. */
  position: number | null;
};

/** The places for sessions that are taken or waited for, one row each; none for a session that has ended. */
export const slots = rowModel<SessionEvent, SlotRow>({
  table: 'slots',
  version: 1,
  key: 'session_id',
  keysOf: (event) => (isOfAdmission(event) ? [event.data.sessionId] : []),
  project: (row, event) => (isOfAdmission(event) ? projectSlot(row, event) : row),
});

/** The row after one event. */
export function projectSlot(
  row: SlotRow | undefined,
  { type, data, cloud }: RecordedEvent<AdmissionEvent>,
): SlotRow | undefined {
  const { sessionId: session_id, userId: user_id } = data;
  const since = cloud.time;
  switch (type) {
    case 'SlotTaken':
      return { session_id, user_id, state: 'held', since, position: null };
    case 'SessionQueued':
      return { session_id, user_id, state: 'queued', since, position: data.position };
    case 'QueueMoved':
      return row && { ...row, position: data.position };
    case 'SlotFreed':
      return undefined;
  }
}

/** Says whether an event is one of the places for sessions. */
export const isOfAdmission = (
  event: RecordedEvent<SessionEvent>,
): event is RecordedEvent<AdmissionEvent> => partsOf(event.stream).aggregate === 'admission';
