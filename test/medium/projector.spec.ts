// Goal: read models are what the log says, exactly once, whatever happens to the projector or its database.
// Method: the real projector on the SQLite log and a SQLite database; faults are put in front of the real store.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ReadModelStore, StoreUnavailableError } from '#shared/es/read-model-store.js';
import { totals } from '#test/support/models.js';
import { openProjectorHost, type ProjectorHost } from '#test/support/projector-host.js';
import { until } from '#test/support/waits.js';

const REACHED_MS_MAX = 30_000;
let host: ProjectorHost;
beforeEach(async () => {
  host = await openProjectorHost();
});
afterEach(() => host.cleanup());

const row = (id: string, total: number, sequence: number) => ({ id, total, name: id, sequence });

/** The store, with `apply` in the hands of a test. */
const withApply =
  (apply: (real: ReadModelStore, ...args: Parameters<ReadModelStore['apply']>) => Promise<void>) =>
  (real: ReadModelStore): ReadModelStore =>
    new Proxy(real, {
      get(target, name) {
        if (name === 'apply') return (changes: never) => apply(target, changes);
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });

describe('a projector', () => {
  it('has the log in its rows once it has started, and follows it', async () => {
    await host.tell({ key: 'a', n: 1 }, { key: 'b', n: 5 });
    await host.tell({ key: 'a', n: 2 });
    const { projector, rows } = await host.start();
    expect(await rows('totals')).toEqual([row('a', 3, 2), row('b', 5, 1)]);
    await host.tell({ key: 'b', n: 0, gone: true }, { key: 'c', n: 1 });
    expect(await projector.reached(3, REACHED_MS_MAX)).toBe(true);
    expect(await rows('totals')).toEqual([row('a', 3, 2), row('c', 1, 3)]);
    expect((await rows('entries')).map(({ n }) => n)).toEqual([1, 5, 2, 0, 1]);
  });

  it('keeps the numbers of a journal free of gaps, and its rows safe, past events that leave none', async () => {
    const { projector, rows } = await host.start();
    await host.tell({ key: 'a', n: 1 }, { key: 'a', n: 2 }, { key: 'a', n: 3 });
    await host.tell({ n: 7 });
    await host.tell({ n: 8 });
    await host.tell({ key: 'a', n: 4 });
    await projector.reached(4, REACHED_MS_MAX);
    expect(await rows('entries')).toMatchObject([1, 2, 3, 4].map((n) => ({ id: n, n })));
  });

  it('answers a wait for what is there at once, and ends one for what does not come', async () => {
    const { projector, stop } = await host.start();
    expect(await projector.reached(0)).toBe(true);
    expect(await projector.reached(1, 30)).toBe(false);
    const waiting = projector.reached(1, 60_000);
    await stop();
    expect(await waiting).toBe(false);
  });

  it('tells every event once, after its rows can be seen', async () => {
    const heard: [number, number][] = [];
    const { projector } = await host.start({
      onProjected: (events) =>
        heard.push(...events.map((e): [number, number] => [e.sequence, e.index])),
    });
    for (let n = 0; n < 5; n += 1) await host.tell({ key: 'a', n }, { key: 'b', n });
    await until('ten events', () => heard.length >= 10);
    expect(await projector.reached(5, REACHED_MS_MAX)).toBe(true);
    expect(heard).toEqual(
      [1, 2, 3, 4, 5].flatMap((s) => [
        [s, 0],
        [s, 1],
      ]),
    );
  });

  it('catches up in large transactions and lets other work run in between', async () => {
    for (let n = 0; n < 30; n += 1) {
      await Promise.all(Array.from({ length: 400 }, (_, i) => host.tell({ key: `k${i}`, n: 1 })));
    }
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 1);
    const sizes: number[] = [];
    const { rows } = await host.start({
      store: withApply((real, changes) => {
        sizes.push(changes[0]?.checkpoint ?? 0);
        return real.apply(changes);
      }),
    });
    clearInterval(timer);
    expect(sizes).toEqual([5_000, 10_000, 12_000]);
    expect(ticks).toBeGreaterThan(3);
    expect((await rows('totals')).every(({ total }) => total === 30)).toBe(true);
  });
});

const FAILING_CHECKPOINTS = {
  sqlite:
    "CREATE TRIGGER fail BEFORE UPDATE ON projections BEGIN SELECT RAISE(ABORT, 'no checkpoint'); END",
  postgres: `CREATE FUNCTION fail() RETURNS trigger AS $$ BEGIN RAISE 'no checkpoint'; END $$ LANGUAGE plpgsql;
    CREATE TRIGGER fail BEFORE UPDATE OF sequence ON projections EXECUTE FUNCTION fail()`,
};

describe('the checkpoint', () => {
  it('stands or falls with the rows', async () => {
    const first = await host.start();
    await host.tell({ key: 'a', n: 1 });
    await first.projector.reached(1, REACHED_MS_MAX);
    const { store } = first;
    await host.sql(FAILING_CHECKPOINTS[host.place.kind]);
    await host.tell({ key: 'a', n: 10 });
    await until('the stop', async () => (await first.projector.status())[0]?.status === 'stopped');
    expect(await first.rows('totals')).toEqual([row('a', 1, 1)]);
    await host.sql(`DROP TRIGGER fail${host.place.kind === 'postgres' ? ' ON projections' : ''}`);
    expect((await store.checkpoints()).map(({ sequence }) => sequence)).toEqual([1, 1]);
    await first.stop();
    const second = await host.start();
    expect(await second.rows('totals')).toEqual([row('a', 11, 2)]);
  });

  it('makes a redelivered event change nothing', async () => {
    await host.tell({ key: 'a', n: 1 });
    await host.tell({ key: 'a', n: 2 });
    const first = await host.start();
    await first.stop();
    const twice: typeof host.log = new Proxy(host.log, {
      get(target, name) {
        if (name === 'follow') {
          return async function* (_: unknown, signal: AbortSignal) {
            for (const after of [0, 1, 0]) yield await target.read({ after });
            // What is new comes in one batch with what is not.
            await host.tell({ key: 'a', n: 4 });
            yield await target.read({ after: 0 });
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
          };
        }
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    const heard = vi.fn<() => void>();
    const second = await host.start({ log: twice, onProjected: heard });
    await until('four deliveries', () => heard.mock.calls.length === 4);
    expect(await second.rows('totals')).toEqual([row('a', 7, 3)]);
    expect((await second.rows('entries')).map(({ n }) => n)).toEqual([1, 2, 4]);
  });

  it('goes back to the start when it belongs to a longer log', async () => {
    await host.tell({ key: 'a', n: 1 });
    const first = await host.start();
    await first.store.apply([
      { model: totals, table: 'totals', puts: [row('foreign', 9, 9)], deletes: [], checkpoint: 9 },
    ]);
    await first.stop();
    const second = await host.start();
    expect(await second.rows('totals')).toEqual([row('a', 1, 1)]);
    await host.tell({ key: 'a', n: 1 });
    expect(await second.projector.reached(2, REACHED_MS_MAX)).toBe(true);
    expect(await second.rows('totals')).toEqual([row('a', 2, 2)]);
  });

  it('goes back to the start also where the rebuild then fails', async () => {
    await host.tell({ key: 'a', n: 1, poison: true });
    const first = await host.start();
    await first.store.apply([
      { model: totals, table: 'totals', puts: [], deletes: [], checkpoint: 9 },
    ]);
    await first.stop();
    const { projector } = await host.start();
    expect((await projector.status())[0]).toMatchObject({
      status: 'stopped',
      checkpoint: 0,
      lag: 1,
    });
    await expect(projector.rebuild('test.totals')).rejects.toThrow('poison');
  });

  it('is not written for each commit of a service that is not followed', async () => {
    const apply = vi.fn<
      (real: ReadModelStore, ...args: Parameters<ReadModelStore['apply']>) => Promise<void>
    >((real, changes) => real.apply(changes));
    const { projector } = await host.start({ store: withApply(apply), follows: ['session'] });
    for (let n = 0; n < 20; n += 1) await host.tell({ n });
    await projector.reached(20, REACHED_MS_MAX);
    expect(apply).not.toHaveBeenCalled();
    expect((await projector.status()).map(({ lag }) => lag)).toEqual([0, 0]);
  });
});

describe('a database that can not be written', () => {
  it('stops nothing: the same events are tried again until it can', async () => {
    let isFull = false;
    const onStopped = vi.fn<(name: string, error: string) => void>();
    const { projector, rows } = await host.start({
      onStopped,
      store: withApply(async (real, changes) => {
        if (isFull) throw new StoreUnavailableError('the disk is full');
        await real.apply(changes);
      }),
    });
    isFull = true;
    await host.tell({ key: 'a', n: 1 });
    await until('both can not be written', async () =>
      (await projector.status()).every(({ error }) => error !== null),
    );
    expect(await projector.reached(1, 0)).toBe(false);
    expect(await projector.status()).toMatchObject([
      { status: 'live', lag: 1, error: 'the disk is full' },
      { status: 'live', lag: 1, error: 'the disk is full' },
    ]);
    isFull = false;
    expect(await projector.reached(1, REACHED_MS_MAX)).toBe(true);
    expect(await rows('totals')).toEqual([row('a', 1, 1)]);
    expect(await rows('entries')).toHaveLength(1);
    expect(onStopped).not.toHaveBeenCalled();
    expect((await projector.status())[0]?.error).toBeNull();
  });

  it('fails the start, with the reason', async () => {
    await host.tell({ key: 'a', n: 1 });
    const starting = host.start({
      store: withApply(async () => {
        throw new StoreUnavailableError('the disk is full');
      }),
    });
    await expect(starting).rejects.toThrow('the disk is full');
  });
});

describe('a database that is gone', () => {
  it('comes back with the same rows', async () => {
    for (let n = 0; n < 50; n += 1)
      await host.tell({ key: `k${n % 7}`, n }, { n }, { key: 'x', n });
    const first = await host.start();
    const before = await first.hashes();
    await first.stop();
    await host.place.forget('test');
    const second = await host.start();
    expect(await second.hashes()).toEqual(before);
    expect(await second.rows('totals')).toHaveLength(8);
  });
});
