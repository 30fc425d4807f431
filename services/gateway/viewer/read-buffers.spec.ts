import { describe, expect, it } from 'vitest';
import { POOLED_BUFFERS_MAX, READ_BYTES, SMALL_READS_MAX } from './limits.js';
import { AdaptiveReads, PAYLOAD_AT, ReadBufferPool } from './read-buffers.js';

const isRoomy = false;

function readsAfter(fills: readonly ('full' | number)[]): number {
  const reads = new AdaptiveReads(new ReadBufferPool());
  for (const fill of fills) {
    const { payload } = reads.next(isRoomy);
    reads.filled(fill === 'full' ? payload.length : fill);
  }
  return reads.next(isRoomy).payload.length;
}

describe('adaptive reads', () => {
  it('start with the smallest buffer', () => {
    expect(readsAfter([])).toBe(READ_BYTES[0]);
  });

  it('step up after each full read, to the largest and no further', () => {
    expect(readsAfter(['full'])).toBe(READ_BYTES[1]);
    expect(readsAfter(['full', 'full', 'full', 'full'])).toBe(READ_BYTES[2]);
  });

  it('step down after a run of small reads', () => {
    const run = Array.from({ length: SMALL_READS_MAX + 1 }, () => 20);
    expect(readsAfter(['full', ...run])).toBe(READ_BYTES[0]);
    expect(readsAfter(['full', ...run.slice(1)])).toBe(READ_BYTES[1]);
  });

  it('count only small reads in a row', () => {
    const run = Array.from({ length: SMALL_READS_MAX }, () => 20);
    expect(readsAfter(['full', ...run, 40_000, ...run])).toBe(READ_BYTES[1]);
  });

  it('take the smallest buffer while memory is short', () => {
    const reads = new AdaptiveReads(new ReadBufferPool());
    reads.next(isRoomy);
    reads.filled(READ_BYTES[0]);
    expect(reads.next(true).payload).toHaveLength(READ_BYTES[0]);
  });

  it('return the waiting buffer to the pool when the connection ends', () => {
    const pool = new ReadBufferPool();
    const reads = new AdaptiveReads(pool);
    const waiting = reads.next(isRoomy);
    reads.release();
    reads.release();
    expect(pool.take(0)).toBe(waiting);
    expect(pool.take(0)).not.toBe(waiting);
  });
});

describe('the pool of read buffers', () => {
  it('keeps no more than its bound of each size', () => {
    const pool = new ReadBufferPool();
    const max = POOLED_BUFFERS_MAX[2];
    const made = Array.from({ length: max + 1 }, () => pool.take(2));
    for (const buffer of made) pool.give(buffer);
    const again = new Set(Array.from({ length: max + 1 }, () => pool.take(2)));
    expect(made.filter((buffer) => again.has(buffer))).toHaveLength(max);
  });

  it('leaves room for a frame header before the payload', () => {
    const buffer = new ReadBufferPool().take(0);
    expect(buffer.payload.byteOffset - buffer.bytes.byteOffset).toBe(PAYLOAD_AT);
  });
});
