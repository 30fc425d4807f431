import { describe, expect, it } from 'vitest';
import { MemoryEventLog } from '#shared/adapters/memory-event-log.js';
import { cloudEvent, newCommit } from '#test/support/commits.js';
import { sequenceAt } from './sequence-at.js';

/** A log with a commit for each of these seconds. */
async function logAt(seconds: readonly number[]) {
  const log = new MemoryEventLog();
  for (const second of seconds) {
    const commit = newCommit();
    const event = cloudEvent(commit.commandId, 0, { n: 1 });
    const time = new Date(second * 1_000).toISOString();
    await log.append({ ...commit, events: [{ ...event, time }] });
  }
  let reads = 0;
  const read: MemoryEventLog['read'] = (query) => {
    reads += 1;
    return log.read(query);
  };
  return { log: { read }, head: seconds.length, reads: () => reads };
}

describe('the sequence at a moment', () => {
  it.each([
    [5, 0],
    [10, 1],
    [19.999, 1],
    [20, 4],
    [30, 5],
    [99, 6],
  ])('at second %d is that of the last commit that is not from after it', async (second, found) => {
    const { log, head } = await logAt([10, 20, 20, 20, 30, 40]);
    expect(await sequenceAt(log, second * 1_000, head)).toBe(found);
  });

  it('of an empty log is its beginning', async () => {
    const { log } = await logAt([]);
    expect(await sequenceAt(log, 1_000, 0)).toBe(0);
  });

  it('is found with one read a halving', async () => {
    const { log, head, reads } = await logAt(Array.from({ length: 1_000 }, (_, n) => n));
    expect(await sequenceAt(log, 700_000, head)).toBe(701);
    expect(reads()).toBeLessThanOrEqual(10);
  });

  it('where a clock went back lies between a commit from before and one from after, and stays there', async () => {
    const seconds = [10, 20, 30, 40, 15, 25, 35, 45];
    const { log, head } = await logAt(seconds);
    const found = await sequenceAt(log, 22_000, head);
    expect(seconds[found - 1]).toBeLessThanOrEqual(22);
    expect(seconds[found]).toBeGreaterThan(22);
    const longer = await logAt([...seconds, 50, 60, 70]);
    expect(await sequenceAt(longer.log, 22_000, longer.head)).toBe(found);
  });
});
