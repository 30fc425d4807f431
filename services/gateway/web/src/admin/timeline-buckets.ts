import type { AuditFilter, Timeline } from '../api-types.js';

const HOUR_MS = 3_600_000;
const BUCKET_MS = { hour: HOUR_MS, day: 24 * HOUR_MS } as const;
const HOURS_UP_TO_MS = 3 * BUCKET_MS.day;

export interface Bucket {
  start: string;
  end: string;
  entries: number;
  refused: number;
}

/** Gives hours for three days and less, and days for more. */
export function bucketOf({ since, until }: AuditFilter, nowMs: number): 'hour' | 'day' {
  if (!since) return 'day';
  const endMs = until ? Date.parse(until) : nowMs;
  return endMs - Date.parse(since) <= HOURS_UP_TO_MS ? 'hour' : 'day';
}

/** Lists every hour or day of a timeline, those without entries too. */
export function fillBuckets({ bucket, since, until, buckets }: Timeline): Bucket[] {
  const ms = BUCKET_MS[bucket];
  const known = new Map(buckets.map((each) => [Date.parse(each.start), each]));
  const firstMs = Math.floor(Date.parse(since) / ms) * ms;
  const count = Math.max(0, Math.ceil((Date.parse(until) - firstMs) / ms));
  return Array.from({ length: count }, (_, index) => {
    const startMs = firstMs + index * ms;
    const { entries = 0, refused = 0 } = known.get(startMs) ?? {};
    const [start, end] = [startMs, startMs + ms].map((at) => new Date(at).toISOString());
    return { start: start ?? '', end: end ?? '', entries, refused };
  });
}
