// Goal: of several replicas on one PostgreSQL one writes the read models, each can tell what its readers see, and
// another goes on in the place of one that dies, hangs or is asked for a rebuild elsewhere, without loss or repetition.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MemoryEventLog } from '#shared/adapters/memory-event-log.js';
import type { RecordedEvent } from '#shared/es/commit.js';
import { LEASE_MS } from '#shared/es/lease.js';
import { Projector } from '#shared/es/projector.js';
import type { ReadModelStore } from '#shared/es/read-model-store.js';
import { newCommit } from '#test/support/commits.js';
import { type Counted, entries, totals } from '#test/support/models.js';
import { type PostgresServer, startPostgres } from '#test/support/postgres-server.js';
import { openPostgresStores, type PostgresStores } from '#test/support/postgres-stores.js';
import { until } from '#test/support/waits.js';

const TAKE_OVER_MS_MAX = LEASE_MS + 17_000;
const REACHED_MS_MAX = 30_000;

let server: PostgresServer;
let stores: PostgresStores;
let log: MemoryEventLog;
let stops: (() => Promise<void>)[];

beforeAll(async () => {
  server = await startPostgres({ settings: { fsync: 'off' } });
});
afterAll(() => server.stop());
beforeEach(async () => {
  stores = await openPostgresStores(server);
  log = new MemoryEventLog();
  stops = [];
});
afterEach(async () => {
  for (const stop of stops) await stop();
  await stores.close();
});

type Over = Readonly<{
  log?: MemoryEventLog;
  store?: (real: ReadModelStore) => ReadModelStore;
}>;

/** One more process of the service. */
async function replica(over: Over = {}) {
  const { store } = await stores.process();
  const heard: RecordedEvent[] = [];
  const projector = new Projector({
    service: 'test',
    log: over.log ?? log,
    store: over.store?.(store) ?? store,
    models: [totals, entries],
    onProjected: (events) => heard.push(...events),
  });
  const stop = () => projector.stop();
  stops.push(stop);
  await projector.start();
  return { projector, heard, stop };
}

async function tell(...data: Counted['data'][]): Promise<number> {
  const { events, ...commit } = newCommit({ count: data.length });
  const told = events.map((event, i) => ({ ...event, data: { key: 'k', ...data[i] } }));
  const result = await log.append({ ...commit, events: told });
  if (result.kind !== 'appended') throw new Error(`The commit was not appended: ${result.kind}`);
  return result.sequence;
}

const numbers = async () =>
  (await stores.sql<{ n: number }>('SELECT n FROM entries ORDER BY id')).map(({ n }) => Number(n));

/** A store whose writes hang from the moment that its process is frozen on, and go on when it wakes. */
function freezable(real: ReadModelStore) {
  let wake: (() => void) | undefined;
  let frozen: Promise<void> | undefined;
  const store = new Proxy(real, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (name === 'leadership') {
        const { leadership } = target;
        const take: typeof leadership.take = async (how) => {
          await frozen;
          return leadership.take(how);
        };
        return { take, release: () => leadership.release() };
      }
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        await frozen;
        return (member as (...all: unknown[]) => unknown).apply(target, args);
      };
    },
  });
  const freeze = (): void => void (frozen = new Promise((resolve) => (wake = resolve)));
  return { store, freeze, thaw: () => wake?.() };
}

describe('of two replicas', () => {
  it('one writes, and both can tell when a commit can be read', async () => {
    const first = await replica();
    const second = await replica();
    expect([first.projector.leads, second.projector.leads]).toEqual([true, false]);
    for (let n = 1; n <= 50; n += 1) {
      const sequence = await tell({ n });
      expect(await second.projector.reached(sequence, REACHED_MS_MAX)).toBe(true);
      expect(await numbers()).toHaveLength(n);
    }
    await first.projector.reached(50, REACHED_MS_MAX);
    expect(second.heard.map(({ sequence }) => sequence)).toEqual(
      first.heard.map(({ sequence }) => sequence),
    );
    expect((await second.projector.status()).map(({ lag }) => lag)).toEqual([0, 0]);
  });

  it('the second starts behind a leader that has read models already, without reading the log again', async () => {
    for (let n = 1; n <= 20; n += 1) await tell({ n });
    await replica();
    const second = await replica();
    expect(second.projector.leads).toBe(false);
    expect(second.heard).toEqual([]);
    expect(await second.projector.reached(20, 0)).toBe(true);
  });

  it('the other leads at once when the leader stops', async () => {
    const first = await replica();
    const second = await replica();
    await tell({ n: 1 });
    await first.stop();
    await tell({ n: 2 });
    await until('the other leads', () => second.projector.leads, TAKE_OVER_MS_MAX);
    expect(await second.projector.reached(await tell({ n: 3 }), TAKE_OVER_MS_MAX)).toBe(true);
    expect(await numbers()).toEqual([1, 2, 3]);
  });

  it('the other leads soon when the leader hangs, and what the leader does when it wakes is refused', async () => {
    let frozen: ReturnType<typeof freezable> | undefined;
    const first = await replica({ store: (real) => (frozen = freezable(real)).store });
    const second = await replica();
    await first.projector.reached(await tell({ n: 1 }), REACHED_MS_MAX);
    frozen?.freeze();
    const hanging = await tell({ n: 2 });
    await until('the other leads', () => second.projector.leads, TAKE_OVER_MS_MAX);
    expect(await second.projector.reached(hanging, TAKE_OVER_MS_MAX)).toBe(true);
    frozen?.thaw();
    await until('the first stands by', () => !first.projector.leads, TAKE_OVER_MS_MAX);
    expect(await first.projector.reached(await tell({ n: 3 }), TAKE_OVER_MS_MAX)).toBe(true);
    expect(await numbers()).toEqual([1, 2, 3]);
    const [total] = await stores.sql<{ total: string }>('SELECT sum(total) AS total FROM totals');
    expect(Number(total?.total)).toBe(6);
  });

  it('the one that is asked for a rebuild takes the lead for it', async () => {
    const first = await replica();
    const second = await replica();
    for (let n = 1; n <= 10; n += 1) await tell({ n });
    await second.projector.reached(10, REACHED_MS_MAX);
    const report = await second.projector.rebuild('test.totals');
    expect(report).toMatchObject({ sequence: 10, events: 10 });
    expect(report?.hashAfter).toBe(report?.hashBefore);
    await until('the first stands by', () => !first.projector.leads, TAKE_OVER_MS_MAX);
    expect(second.projector.leads).toBe(true);
    expect(await first.projector.reached(await tell({ n: 11 }), TAKE_OVER_MS_MAX)).toBe(true);
    expect(await numbers()).toHaveLength(11);
  });

  it('one on another log does nothing and says why, while the first one runs', async () => {
    const first = await replica();
    await first.projector.reached(await tell({ n: 1 }), REACHED_MS_MAX);
    const other = new MemoryEventLog();
    await other.append(newCommit());
    const starting = replica({ log: other });
    const intruder = await Promise.race([
      starting,
      new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 1_500)),
    ]);
    expect(intruder).toBeUndefined();
    expect(await numbers()).toEqual([1]);
    for (const stop of stops) await stop();
    await starting;
  });
});

it('a log that was started anew has its read models made anew', async () => {
  const first = await replica();
  for (const n of [1, 2, 3]) await tell({ n });
  await first.projector.reached(3, REACHED_MS_MAX);
  await first.stop();
  log = new MemoryEventLog();
  for (const n of [7, 8, 9, 10]) await tell({ n });
  const second = await replica();
  expect(await numbers()).toEqual([7, 8, 9, 10]);
  expect(await second.projector.reached(4, 0)).toBe(true);
});
