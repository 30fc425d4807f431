import { describe, expect, it } from 'vitest';
import { Reading } from './reading.js';

describe('a figure', () => {
  it('is read once however many ask, and again only when it is old', async () => {
    let reads = 0;
    let at = 0;
    const reading = new Reading({ read: async () => (reads += 1), everyMs: 15_000, now: () => at });
    expect(await Promise.all([reading.get(), reading.get(), reading.get()])).toEqual([1, 1, 1]);
    at = 14_999;
    expect(await reading.get()).toBe(1);
    at = 15_000;
    expect(await reading.get()).toBe(2);
  });

  it('that can not be read is nothing, is told once, and is not tried again at once', async () => {
    const told: unknown[] = [];
    let at = 0;
    const read = async () => {
      if (at < 15_000) throw new Error('no database');
      return 7;
    };
    const reading = new Reading({
      ...{ read, everyMs: 15_000, now: () => at },
      onFailed: (error) => told.push(error),
    });
    expect([await reading.get(), await reading.get()]).toEqual([undefined, undefined]);
    expect(told).toHaveLength(1);
    at = 15_000;
    expect(await reading.get()).toBe(7);
  });

  it('that takes too long is gone without, and there once it came', async () => {
    let finish: (value: number) => void = () => undefined;
    let reads = 0;
    const read = () => {
      reads += 1;
      return new Promise<number>((resolve) => (finish = resolve));
    };
    const reading = new Reading({ read, everyMs: 15_000, waitMs: 1 });
    expect(await reading.get()).toBeUndefined();
    expect(await reading.get()).toBeUndefined();
    expect(reads).toBe(1);
    finish(5);
    await new Promise(setImmediate);
    expect(await reading.get()).toBe(5);
  });
});
