import { describe, expect, it } from 'vitest';
import { MemoryEventLog } from '#shared/adapters/memory-event-log.js';
import { encodeCursor } from '#shared/contracts/page.js';
import { fill } from '#test/support/commits.js';
import { askedOf, keepingSequence } from './as-of.js';
import { appRoutes } from './routes/apps.routes.js';

const route = (path: string, method = 'GET') => {
  const found = appRoutes.find((one) => one.path === path && one.method === method);
  if (!found) throw new Error(`${method} ${path} is no route`);
  return found;
};
const apps = route('/api/apps');

/** What is asked of a log of three commits, whose events are all of 8 o'clock, at 9 o'clock. */
async function asked(query: object, of = apps) {
  const log = new MemoryEventLog();
  await fill(log, 3);
  return askedOf(of, query, { log, now: () => new Date('2026-11-20T09:00:00Z') });
}

describe('what is asked of the past', () => {
  it.each([
    ['2', 2],
    ['0', 0],
    ['2026-11-20T07:59:59.999Z', 0],
    ['2026-11-20T08:00:00Z', 3],
    ['2026-11-20T09:00:00+01:00', 3],
    // As it arrives where the plus sign was not escaped.
    ['2026-11-20T09:00:00 01:00', 3],
  ])('by %s is sequence %d', async (asOf, sequence) => {
    const { asOf: found, query } = await asked({ asOf, limit: '5' });
    expect([found, query]).toEqual([sequence, { limit: '5' }]);
  });

  it.each([
    ['4', 'not in the log yet'],
    ['2026-11-20T09:00:00.001Z', 'in the future'],
    ['08:00', 'must be a time like'],
    [['1', '2'], 'must be a time like'],
  ])('is none by %s', async (asOf, why) => {
    await expect(asked({ asOf })).rejects.toThrow(why);
  });

  it('is nothing unless it is said, and nowhere but where there is a past', async () => {
    expect(await asked({ cursor: 'IngiIg' })).toEqual({ query: { cursor: 'IngiIg' } });
    const add = route('/api/apps', 'POST');
    expect(await asked({ asOf: '1' }, add)).toEqual({ query: { asOf: '1' } });
  });
});

describe('a cursor of the past', () => {
  const { next_cursor: cursor } = keepingSequence({ next_cursor: 'IngiIg' }, 2);

  it('has the sequence in it, and the cursor that the service gave', async () => {
    expect(await asked({ cursor })).toEqual({ asOf: 2, query: { cursor: 'IngiIg' } });
    expect(await asked({ cursor, asOf: '2' })).toEqual({ asOf: 2, query: { cursor: 'IngiIg' } });
  });

  it('is not taken for another sequence, nor for one that the log does not have', async () => {
    await expect(asked({ cursor, asOf: '1' })).rejects.toThrow('leave one of them out');
    const later = encodeCursor('asOf 9 IngiIg');
    await expect(asked({ cursor: later })).rejects.toThrow('not in the log yet');
  });

  it('is as the service gave it where now was asked for, or no page follows', () => {
    expect(keepingSequence({ next_cursor: 'x' }, undefined)).toEqual({ next_cursor: 'x' });
    expect(keepingSequence({ apps: [] }, 2)).toEqual({ apps: [] });
    expect(keepingSequence(null, 2)).toBeNull();
  });
});
