import { describe, expect, it } from 'vitest';
import { cutoffOf, dueOf } from './retention.js';

const aged = (...days: number[]) =>
  days.map((day, i) => ({
    sequence: i + 1,
    timestamp: `2026-11-${String(day).padStart(2, '0')}T08:00:00.000Z`,
  }));
const before = '2026-11-10T08:00:00.000Z';
const all = { isAll: true };

describe('what has to leave', () => {
  it('is what is older than so many days', () => {
    expect(cutoffOf(3, new Date('2026-11-13T08:00:00.000Z'))).toBe(before);
    expect(dueOf(aged(1, 9, 10, 11), before, all)).toEqual({ through: 2, entries: 2 });
  });

  it('is nothing where nothing is old enough, or nothing is there', () => {
    expect(dueOf(aged(10, 11), before, all)).toBeUndefined();
    expect(dueOf([], before, all)).toBeUndefined();
  });

  it('ends at the first that stays, also where a clock was set back behind it', () => {
    expect(dueOf(aged(1, 12, 2, 3), before, all)).toEqual({ through: 1, entries: 1 });
    expect(dueOf(aged(12, 1), before, all)).toBeUndefined();
  });

  it('is everything that is there, when all of it is old', () => {
    expect(dueOf(aged(1, 2), before, all)).toEqual({ through: 2, entries: 2 });
  });

  it('leaves a commit that may go on for the next time', () => {
    const entries = [...aged(1, 2), { sequence: 2, timestamp: aged(2)[0]?.timestamp ?? '' }];
    expect(dueOf(entries, before, { isAll: false })).toEqual({ through: 1, entries: 1 });
    expect(dueOf(entries.slice(1), before, { isAll: false })).toBeUndefined();
    // The first that stays says that the commit before it is whole.
    const staying = [...entries, { sequence: 3, timestamp: '2026-11-12T08:00:00.000Z' }];
    expect(dueOf(staying, before, { isAll: false })).toEqual({ through: 2, entries: 3 });
  });
});
