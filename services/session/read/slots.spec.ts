import { describe, expect, it } from 'vitest';
import type { AdmissionEvent } from '#shared/contracts/admission.js';
import type { SessionEvent } from '#shared/contracts/session.js';
import type { RecordedEvent } from '#shared/es/commit.js';
import { projectSlot, type SlotRow, slots } from './slots.js';

const place = { sessionId: 's1', userId: 'u1' };
const HISTORY: AdmissionEvent[] = [
  { type: 'SessionQueued', data: { ...place, position: 2 } },
  { type: 'QueueMoved', data: { ...place, position: 1 } },
  { type: 'SlotTaken', data: place },
];

function recorded<E extends SessionEvent>(event: E, index: number): RecordedEvent<E> {
  const stream = 'sortie.event.session.admission.all';
  const cloud = { time: `2026-11-20T10:00:0${index}.000Z` };
  return { ...event, sequence: index + 1, index: 0, stream, cloud } as RecordedEvent<E>;
}
const rows = HISTORY.map(recorded).reduce<SlotRow[]>((all, event) => {
  const row = projectSlot(all.at(-1), event);
  return row ? [...all, row] : all;
}, []);

describe('the places for sessions', () => {
  it('say who waits where and since when, and who has one', () => {
    const whose = { session_id: 's1', user_id: 'u1' };
    const at = (second: number) => `2026-11-20T10:00:0${second}.000Z`;
    expect(rows).toEqual([
      { ...whose, state: 'queued', since: at(0), position: 2 },
      { ...whose, state: 'queued', since: at(0), position: 1 },
      { ...whose, state: 'held', since: at(2), position: null },
    ]);
  });

  it('stay the same when an event comes again', () => {
    HISTORY.map(recorded).forEach((event, i) => {
      expect(projectSlot(rows[i], event)).toEqual(rows[i]);
    });
  });

  it('are gone once they are free', () => {
    const freed = recorded({ type: 'SlotFreed', data: place }, 3);
    expect(projectSlot(rows[2], freed)).toBeUndefined();
    expect(projectSlot(undefined, freed)).toBeUndefined();
  });

  it('are told by their own stream alone', () => {
    const [first] = HISTORY.map(recorded) as [RecordedEvent<SessionEvent>];
    expect(slots.keysOf(first)).toEqual(['s1']);
    expect(slots.keysOf({ ...first, stream: 'sortie.event.session.session.s1' })).toEqual([]);
  });
});
