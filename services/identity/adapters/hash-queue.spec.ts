import { describe, expect, it } from 'vitest';
import { HashQueue, HashQueueFullError } from './hash-queue.js';

/** Work that ends when it is told to. */
function held() {
  const opened: (() => void)[] = [];
  const started: number[] = [];
  const work = (n: number) => () =>
    new Promise<number>((resolve) => {
      started.push(n);
      opened.push(() => resolve(n));
    });
  return { opened, started, work };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the hash queue', () => {
  it('runs two at once and the others in their order', async () => {
    const queue = new HashQueue();
    const { opened, started, work } = held();
    const results = [1, 2, 3, 4].map((n) => queue.run(work(n)));
    await settled();
    expect(started).toEqual([1, 2]);
    opened[1]?.();
    await settled();
    expect(started).toEqual([1, 2, 3]);
    opened[0]?.();
    await settled();
    opened[2]?.();
    opened[3]?.();
    expect(await Promise.all(results)).toEqual([1, 2, 3, 4]);
  });

  it('goes on after work that failed', async () => {
    const queue = new HashQueue();
    const broken = async () => {
      throw new Error('broken');
    };
    const results = await Promise.allSettled(
      [1, 2, 3, 4].map((n) => queue.run(n < 3 ? broken : async () => n)),
    );
    expect(results.map((r) => r.status)).toEqual([
      'rejected',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
  });

  it('says so at once when too many wait', async () => {
    const queue = new HashQueue();
    const { opened, work } = held();
    const waiting = Array.from({ length: 66 }, (_, n) => queue.run(work(n)));
    await expect(queue.run(work(99))).rejects.toThrow(HashQueueFullError);
    for (let n = 0; n < 66; n += 1) {
      await settled();
      opened[n]?.();
    }
    expect(await Promise.all(waiting)).toHaveLength(66);
  });
});
