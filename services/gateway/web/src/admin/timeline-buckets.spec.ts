import { describe, expect, it } from 'vitest';
import { bucketOf, fillBuckets } from './timeline-buckets.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');

describe('the buckets of a timeline', () => {
  it('are hours for a short time, and days for a long or open one', () => {
    expect(bucketOf({}, NOW)).toBe('day');
    expect(bucketOf({ since: '2026-11-19T00:00:00Z' }, NOW)).toBe('hour');
    expect(bucketOf({ since: '2026-11-01T00:00:00Z' }, NOW)).toBe('day');
    expect(bucketOf({ since: '2026-11-01T00:00:00Z', until: '2026-11-02T00:00:00Z' }, NOW)).toBe(
      'hour',
    );
  });

  it('have a place for every day, with and without entries', () => {
    const filled = fillBuckets({
      bucket: 'day',
      since: '2026-11-18T12:00:00.000Z',
      until: '2026-11-20T12:00:00.000Z',
      buckets: [{ start: '2026-11-19T00:00:00.000Z', entries: 5, refused: 2 }],
    });
    expect(filled).toEqual([
      day('2026-11-18', '2026-11-19', 0, 0),
      day('2026-11-19', '2026-11-20', 5, 2),
      day('2026-11-20', '2026-11-21', 0, 0),
    ]);
  });

  it('end with the last hour that began before the end', () => {
    const filled = fillBuckets({
      bucket: 'hour',
      since: '2026-11-20T08:00:00.000Z',
      until: '2026-11-20T10:00:00.000Z',
      buckets: [],
    });
    expect(filled.map(({ start }) => start.slice(11, 13))).toEqual(['08', '09']);
  });
});

const day = (from: string, to: string, entries: number, refused: number) => ({
  start: `${from}T00:00:00.000Z`,
  end: `${to}T00:00:00.000Z`,
  entries,
  refused,
});
