import { describe, expect, it } from 'vitest';
import { PollLimits } from './poll-limits.js';

const at = (ms: number) => new Date(Date.parse('2026-11-24T10:00:00.000Z') + ms);

describe('asking again and again', () => {
  it('is answered once an interval, and asking too early does not put it off', () => {
    const limits = new PollLimits(5_000);
    const early = [0, 1, 2_000, 4_499, 4_500, 9_000].map((ms) => limits.tooSoonBy('a', at(ms)));
    expect(early).toEqual([0, 4_999, 3_000, 501, 0, 0]);
  });

  it('is counted for each by itself', () => {
    const limits = new PollLimits(5_000);
    expect([limits.tooSoonBy('a', at(0)), limits.tooSoonBy('b', at(0))]).toEqual([0, 0]);
  });
});
