import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Lease, LEASE_MS, LEASE_RENEW_MS } from './lease.js';
import { LeaseKeeper } from './lease-keeper.js';

/** A lease that says what the test tells it to say. */
function leaseThat(...answers: (boolean | Error | 'hangs')[]) {
  let last = answers[0] ?? true;
  const asked: string[] = [];
  const lease: Lease = {
    take: (how) => {
      asked.push(how ?? 'take');
      last = answers.shift() ?? last;
      if (how === 'seize') return Promise.resolve(true);
      if (last === 'hangs') return new Promise(() => undefined);
      return last instanceof Error ? Promise.reject(last) : Promise.resolve(last);
    },
    release: async () => void asked.push('release'),
  };
  return { lease, asked };
}

const changes: boolean[] = [];
let keeper: LeaseKeeper;
const keep = (lease: Lease) => (keeper = new LeaseKeeper(lease, (held) => changes.push(held)));
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  changes.length = 0;
});
afterEach(async () => {
  const stopped = keeper.stop();
  await pass(LEASE_RENEW_MS);
  await stopped;
  vi.useRealTimers();
});

describe('a lease', () => {
  it('is asked for at once, and again in each interval', async () => {
    const { lease, asked } = leaseThat(true);
    expect(await keep(lease).start()).toBe(true);
    expect(keeper.isHeld).toBe(true);
    await pass(3 * LEASE_RENEW_MS);
    expect(asked).toHaveLength(4);
    expect(changes).toEqual([]);
  });

  it('that is somebody else’s is taken once it is free', async () => {
    const { lease } = leaseThat(false, false, true);
    expect(await keep(lease).start()).toBe(false);
    await pass(LEASE_RENEW_MS);
    expect(keeper.isHeld).toBe(false);
    await pass(LEASE_RENEW_MS);
    expect([keeper.isHeld, changes]).toEqual([true, [true]]);
  });

  it('that another took is lost with the next question', async () => {
    const { lease } = leaseThat(true, false);
    await keep(lease).start();
    await pass(LEASE_RENEW_MS);
    expect([keeper.isHeld, changes]).toEqual([false, [false]]);
  });

  it.each([new Error('no database'), 'hangs' as const])(
    'that can not be renewed (%s) is ours until it has run out, and then no more',
    async (trouble) => {
      const { lease } = leaseThat(true, trouble);
      await keep(lease).start();
      await pass(LEASE_MS - LEASE_RENEW_MS);
      expect(keeper.isHeld).toBe(true);
      await pass(2 * LEASE_RENEW_MS + 1);
      expect([keeper.isHeld, changes]).toEqual([false, [false]]);
    },
  );

  it('is asked for one question at a time, however long it takes', async () => {
    const { lease, asked } = leaseThat(true, 'hangs');
    await keep(lease).start();
    await pass(10 * LEASE_RENEW_MS);
    expect(asked).toHaveLength(2);
  });

  it('can be seized from its holder, and found lost by a write', async () => {
    const { lease } = leaseThat(false);
    await keep(lease).start();
    await keeper.seize();
    expect(keeper.isHeld).toBe(true);
    keeper.forfeit();
    expect([keeper.isHeld, changes]).toEqual([false, [true, false]]);
  });

  it('is let go at the end, by its holder only', async () => {
    const mine = leaseThat(true);
    await keep(mine.lease).start();
    await keeper.stop();
    expect(mine.asked.at(-1)).toBe('release');
    const theirs = leaseThat(false);
    await keep(theirs.lease).start();
    await keeper.stop();
    expect(theirs.asked).toEqual(['take']);
    await pass(5 * LEASE_RENEW_MS);
    expect(theirs.asked).toEqual(['take']);
  });

  it('that can not even be asked for the first time says why', async () => {
    const { lease } = leaseThat(new Error('no database'));
    await expect(keep(lease).start()).rejects.toThrow('no database');
  });
});
