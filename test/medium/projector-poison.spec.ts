// Goal: an event that a read model can't apply stops that one alone, in plain sight, with everything before it applied.
// Method: the real projector on the SQLite log and a SQLite database, with events and rows that can't be.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cloudEvent, newCommit } from '#test/support/commits.js';
import { entries, totals } from '#test/support/models.js';
import { openProjectorHost, type ProjectorHost } from '#test/support/projector-host.js';
import { until } from '#test/support/waits.js';

const REACHED_MS_MAX = 30_000;
let host: ProjectorHost;
beforeEach(async () => {
  host = await openProjectorHost();
});
afterEach(() => host.cleanup());

const row = (id: string, total: number, sequence: number) => ({ id, total, name: id, sequence });

describe('an event that a read model can not apply', () => {
  it.each([
    ['throws in the projection', { key: 'b', n: 1, poison: true }, 'poison'],
    ['breaks a rule of the table', { key: 'b', n: 1, name: 'forbidden' }, 'check constraint'],
  ])('stops that one alone, loudly, right before the event, when it %s', async (_, bad, why) => {
    const onStopped = vi.fn<(name: string, error: string) => void>();
    await host.tell({ key: 'a', n: 1 });
    await host.tell({ key: 'a', n: 1 });
    await host.tell({ key: 'a', n: 5 }, bad);
    await host.tell({ key: 'a', n: 1 });
    const first = await host.start({ onStopped });
    const error = new RegExp(
      `^totals can't apply sortie.catalog.AppRegistered.v1 at sequence 3: .*${why}`,
      'i',
    );
    expect(await first.projector.status()).toMatchObject([
      {
        name: 'test.totals',
        status: 'stopped',
        checkpoint: 2,
        lag: 2,
        error: expect.stringMatching(error),
      },
      { name: 'test.entries', status: 'live', checkpoint: 4, lag: 0, error: null },
    ]);
    expect(onStopped.mock.calls).toEqual([['test.totals', expect.stringMatching(error)]]);
    expect(await first.rows('totals')).toEqual([row('a', 2, 2)]);
    expect(await first.rows('entries')).toHaveLength(5);
    await host.tell({ key: 'c', n: 1 });
    expect(await first.projector.reached(5, REACHED_MS_MAX)).toBe(false);
    expect(await first.rows('entries')).toHaveLength(6);
    expect(await first.rows('totals')).toHaveLength(1);
    await first.stop();
    const again = await host.start({ onStopped });
    expect((await again.projector.status())[0]).toMatchObject({ status: 'stopped' });
    expect(await again.rows('totals')).toEqual([row('a', 2, 2)]);
    await again.stop();
    const cured = {
      ...totals,
      version: 2,
      project: (r: never, e: never, k: string) => cure(r, e, k),
    };
    const repaired = await host.start({ models: [cured as typeof totals, entries] });
    expect((await repaired.projector.status())[0]).toMatchObject({ status: 'live', lag: 0 });
    expect((await repaired.rows('totals')).map(({ id, total }) => [id, total])).toEqual([
      ['a', 8],
      ['b', 1],
      ['c', 1],
    ]);
  });

  const cure = (before: never, event: { data: object }, key: string) =>
    totals.project(
      before,
      { ...event, data: { ...event.data, poison: false, name: key } } as never,
      key,
    );

  it('stops a read model live too, and another start is not needed for the rest', async () => {
    const { projector, rows } = await host.start();
    await host.tell({ key: 'a', n: 1 });
    await host.tell({ key: 'a', n: 1, poison: true });
    await host.tell({ key: 'a', n: 3 });
    await until('the journal', async () => (await rows('entries')).length === 3);
    expect((await projector.status())[0]).toMatchObject({ status: 'stopped', checkpoint: 1 });
    await expect(projector.rebuild('test.totals')).rejects.toThrow('at sequence 2: poison');
    expect(await rows('totals')).toEqual([row('a', 1, 1)]);
  });

  it('may be one of a newer version: it stops whoever does not keep those', async () => {
    const { projector, rows } = await host.start({
      models: [totals, { ...entries, newer: 'kept' }],
    });
    const event = {
      ...cloudEvent('c', 0, { key: 'a', n: 1 }),
      type: 'sortie.catalog.AppRegistered.v2',
    };
    await host.log.append({ ...newCommit(), events: [event] });
    await until('the journal', async () => (await rows('entries')).length === 1);
    expect(await projector.status()).toMatchObject([
      { status: 'stopped', error: expect.stringContaining('newer than this Sortie; upgrade it') },
      { status: 'live' },
    ]);
  });
});
