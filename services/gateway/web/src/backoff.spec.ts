import { describe, expect, it } from 'vitest';
import { DELAY_MAX_MS, DELAY_MIN_MS, backoffMs } from './backoff.js';

describe('the wait before another attempt', () => {
  it('starts at half a second', () => {
    expect(backoffMs(0, 0)).toBe(DELAY_MIN_MS);
  });

  it('grows with each attempt and stops at eight seconds', () => {
    const waits = [1, 2, 3, 4, 5, 50].map((attempt) => backoffMs(attempt, 0.999_999));
    expect(waits).toEqual([1000, 2000, 4000, DELAY_MAX_MS, DELAY_MAX_MS, DELAY_MAX_MS]);
  });

  it('is spread by chance over its upper half', () => {
    expect(backoffMs(4, 0)).toBe(DELAY_MAX_MS / 2);
    expect(backoffMs(4, 0.5)).toBe((DELAY_MAX_MS * 3) / 4);
  });
});
