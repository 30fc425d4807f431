// Goal: a read model is rebuilt from the log under load without a failed or a wrong read, and comes out equal.
// Method: the real projector on the SQLite log and a SQLite database, with writers and readers beside the rebuild.
import type { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entries, totals } from '#test/support/models.js';
import { openProjectorHost, type ProjectorHost } from '#test/support/projector-host.js';

const KEYS = 100;
const EVENTS = 20_000;
const WRITES_PER_SECOND = 200;
const LOAD_MS = 2_500;
const REBUILDS_MIN = 4;
const REACHED_MS_MAX = 30_000;

let host: ProjectorHost;
beforeEach(async () => {
  host = await openProjectorHost();
});
afterEach(() => host.cleanup());

const tellMany = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n += KEYS) {
    await Promise.all(Array.from({ length: KEYS }, (_, i) => host.tell({ key: `k${i}`, n: 1 })));
  }
};

describe('a rebuild under load', () => {
  it('fails no read, shows no half-built table, and comes out equal each time', async () => {
    await tellMany(EVENTS);
    const { projector, database } = await host.start();
    const end = performance.now() + LOAD_MS;
    const reports: Awaited<ReturnType<typeof projector.rebuild>>[] = [];
    // On a busy machine the rebuilds take as long as they take.
    const isLoaded = (): boolean => performance.now() < end || reports.length < REBUILDS_MIN;
    let written = 0;
    const writing = (async () => {
      const started = performance.now();
      while (isLoaded()) {
        const due = ((performance.now() - started) / 1_000) * WRITES_PER_SECOND;
        const writes: Promise<unknown>[] = [];
        for (; written < due; written += 1) {
          writes.push(host.tell({ key: `k${written % KEYS}`, n: 1 }));
        }
        await Promise.all(writes);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    const db = database.reader as unknown as Kysely<{ totals: { total: number } }>;
    let reads = 0;
    let sum = EVENTS;
    const wrong: unknown[] = [];
    const reading = (async () => {
      while (isLoaded()) {
        const seen = await db
          .selectFrom('totals')
          .select(({ fn }) => [fn.countAll().as('rows'), fn.sum('total').as('sum')])
          .executeTakeFirst();
        if (seen?.rows !== KEYS || Number(seen.sum) < sum) wrong.push(seen);
        sum = Number(seen?.sum);
        reads += 1;
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    while (isLoaded()) {
      reports.push(await projector.rebuild('test.totals'), await projector.rebuild('test.entries'));
    }
    await Promise.all([writing, reading]);
    expect(wrong).toEqual([]);
    expect(reads).toBeGreaterThan(10);
    expect(written).toBeGreaterThan((LOAD_MS / 1_000) * WRITES_PER_SECOND * 0.5);
    expect(reports.length).toBeGreaterThanOrEqual(REBUILDS_MIN);
    for (const report of reports) {
      expect(report?.hashAfter).toBe(report?.hashBefore);
      expect(report?.events).toBe(report?.sequence);
    }
    expect(await projector.reached(EVENTS + written, REACHED_MS_MAX)).toBe(true);
    const [standing] = await host.sql<{ sum: unknown }>('SELECT sum(total) AS sum FROM totals');
    expect(Number(standing?.sum)).toBe(EVENTS + written);
    const counted = await host.sql('SELECT count(*) AS rows, max(id) AS last FROM entries');
    const all = EVENTS + written;
    expect(counted.map(({ rows, last }) => [Number(rows), Number(last)])).toEqual([[all, all]]);
  });

  it('is done once when it is asked for twice', async () => {
    await tellMany(1_000);
    const { projector } = await host.start();
    const [one, other] = await Promise.all([
      projector.rebuild('test.totals'),
      projector.rebuild('test.totals'),
    ]);
    expect(one).toBe(other);
    expect(one).toMatchObject({ name: 'test.totals', sequence: 1_000, events: 1_000 });
    expect(await projector.rebuild('test.totals')).not.toBe(one);
  });

  it('of a name that there is not is nothing', async () => {
    const { projector } = await host.start();
    expect(await projector.rebuild('test.nothing')).toBeUndefined();
    expect(await projector.stateHash('test.nothing')).toBeUndefined();
  });

  it('ends with its service, and leaves the old table and no new one', async () => {
    await tellMany(EVENTS);
    const first = await host.start();
    const hashes = await first.hashes();
    const rebuilding = first.projector.rebuild('test.totals');
    const [ended] = await Promise.allSettled([rebuilding, first.stop()]);
    expect(ended).toMatchObject({ reason: { message: 'The rebuild ends with its service.' } });
    const second = await host.start();
    expect(await second.hashes()).toEqual(hashes);
    await expect(host.sql('SELECT * FROM totals__rebuild')).rejects.toThrow(
      /no such table|does not exist/,
    );
  });
});

describe('a read model of a new version', () => {
  it('is rebuilt by the start, and by no other', async () => {
    await tellMany(1_000);
    const first = await host.start();
    await first.stop();
    const doubled = {
      ...totals,
      version: 2,
      project: (...args: Parameters<typeof totals.project>) => {
        const row = totals.project(...args);
        return row && { ...row, name: 'second version' };
      },
    };
    const second = await host.start({ models: [doubled, entries] });
    expect(await second.rows('totals')).toHaveLength(KEYS);
    expect((await second.rows('totals')).every(({ name }) => name === 'second version')).toBe(true);
    const checkpoints = await second.store.checkpoints();
    expect(checkpoints.toSorted((x, y) => y.version - x.version)).toMatchObject([
      { table: 'totals', version: 2, sequence: 1_000 },
      { table: 'entries', version: 1, sequence: 1_000 },
    ]);
    await host.sql("UPDATE totals SET name = 'kept' WHERE id = 'k1'");
    await second.stop();
    const third = await host.start({ models: [doubled, entries] });
    expect((await third.rows('totals')).find(({ id }) => id === 'k1')).toMatchObject({
      name: 'kept',
    });
  });
});
