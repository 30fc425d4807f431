// Goal: of the replicas of a service one writes, whatever happens to it; a leader that wakes up late writes nothing.
// Method: stores with connections and names of their own, as processes have them, on one real PostgreSQL.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LEASE_MS } from '#shared/es/lease.js';
import {
  LeadershipLostError,
  type ReadModelStore,
  StoreUnavailableError,
} from '#shared/es/read-model-store.js';
import { totals } from '#test/support/models.js';
import { type PostgresServer, startPostgres } from '#test/support/postgres-server.js';
import { openPostgresStores, type PostgresStores } from '#test/support/postgres-stores.js';
import { until } from '#test/support/waits.js';

let server: PostgresServer;
let stores: PostgresStores;
beforeAll(async () => {
  server = await startPostgres({ settings: { fsync: 'off' } });
});
afterAll(() => server.stop());
beforeEach(async () => {
  stores = await openPostgresStores(server);
});
afterEach(() => stores.close());

const put = (store: ReadModelStore, id: string, checkpoint = 1) => {
  const puts = [{ id, total: 1, name: id, sequence: checkpoint }];
  return store.apply([{ model: totals, table: 'totals', puts, deletes: [], checkpoint }]);
};
const ids = async () => (await stores.sql('SELECT id FROM totals ORDER BY id')).map(({ id }) => id);

describe('a lease', () => {
  it('is one process’s while it lasts, and another’s once it has run out', async () => {
    const [one, other] = [await stores.process(), await stores.process()];
    const started = performance.now();
    expect(await one.lease('supervisor').take()).toBe(true);
    expect(await other.lease('supervisor').take()).toBe(false);
    expect(await other.lease('something else').take()).toBe(true);
    await until('the lease to run out', () => other.lease('supervisor').take());
    expect(performance.now() - started).toBeGreaterThan(LEASE_MS / 2);
    expect(await one.lease('supervisor').take()).toBe(false);
  });

  it('goes at once when it is let go, or seized', async () => {
    const [one, other] = [await stores.process(), await stores.process()];
    await one.lease('supervisor').take();
    await one.lease('supervisor').release();
    expect(await other.lease('supervisor').take()).toBe(true);
    // Letting go of what is another's now changes nothing.
    await one.lease('supervisor').release();
    expect(await one.lease('supervisor').take()).toBe(false);
    expect(await one.lease('supervisor').take('seize')).toBe(true);
    expect(await other.lease('supervisor').take()).toBe(false);
  });

  it('goes to exactly one of many that ask at once', async () => {
    const processes = await Promise.all(Array.from({ length: 8 }, () => stores.process()));
    for (let round = 0; round < 10; round += 1) {
      const name = `thing ${round}`;
      const taken = await Promise.all(processes.map(({ lease }) => lease(name).take()));
      expect(taken.filter(Boolean)).toHaveLength(1);
    }
  });
});

describe('a store that does not lead', () => {
  it('writes nothing, by whatever method, and reads', async () => {
    const [old, leader] = [await stores.process(), await stores.process()];
    await expect(put(old.store, 'before')).rejects.toThrow(LeadershipLostError);
    await old.store.leadership.take();
    await put(old.store, 'mine');
    const shadow = await old.store.createShadow(totals);
    await leader.store.leadership.take('seize');
    const late = [
      () => put(old.store, 'late', 2),
      () => old.store.stop(totals, 'late'),
      () => old.store.saveLogId('late'),
      () => old.store.switchTo(totals, shadow, 2),
      () => old.store.dropShadow(totals),
      () => old.store.createShadow(totals),
    ];
    for (const write of late) await expect(write()).rejects.toThrow(LeadershipLostError);
    await expect(put(old.store, 'late', 2)).rejects.toThrow('Another replica of test writes');
    expect(await ids()).toEqual(['mine']);
    expect(await old.store.logId()).toBeUndefined();
    expect(await old.store.checkpoints()).toMatchObject([{ sequence: 1, status: 'live' }]);
    expect(await old.store.rows(totals, 'totals', ['mine'])).toHaveLength(1);
    await leader.store.checkpoints();
    await put(leader.store, 'newer', 2);
    expect(await ids()).toEqual(['mine', 'newer']);
  });
});

describe('a write under way', () => {
  it('is waited for by whoever takes over, and nothing of it comes later', async () => {
    const [slow, leader] = [stores.pool(), await stores.process()];
    const lease = stores.leaseAt(slow, 'slow');
    await lease.take();
    let finish = (): void => undefined;
    const writing = slow.transaction(async (connection) => {
      expect(await lease.hold(connection, '1')).toBe(1);
      await connection.query(`INSERT INTO "sortie_test"."totals" VALUES ('slow', 1, 'x', 1)`);
      await new Promise<void>((resolve) => (finish = resolve));
    });
    await until('the write', async () => (await stores.sql(LOCKED)).length > 0);
    const seizing = leader.store.leadership.take('seize');
    // Renewing is no takeover: it waits for no write.
    expect(await lease.take()).toBe(true);
    expect(await Promise.race([seizing, Promise.resolve('waiting')])).toBe('waiting');
    finish();
    await writing;
    expect(await seizing).toBe(true);
    expect(await ids()).toEqual(['slow']);
  });

  it('of a process that hangs is ended by the database, and then somebody else leads', async () => {
    const [hanging, leader] = [stores.pool(), await stores.process()];
    const lease = stores.leaseAt(hanging, 'hanging');
    await lease.take();
    let wake = (): void => undefined;
    const writing = hanging.transaction(async (connection) => {
      await lease.hold(connection, '1');
      await connection.query(`INSERT INTO "sortie_test"."totals" VALUES ('hung', 1, 'x', 1)`);
      await new Promise<void>((resolve) => (wake = resolve));
    });
    const { leadership } = leader.store;
    await until('the takeover', () => leadership.take().catch(() => false));
    await put(leader.store, 'next');
    wake();
    await expect(writing).rejects.toThrow(StoreUnavailableError);
    expect(await ids()).toEqual(['next']);
  });
});

const LOCKED = `SELECT 1 FROM pg_locks WHERE relation = 'totals'::regclass AND mode = 'RowExclusiveLock'`;

describe('a database that has gone back', () => {
  it('is noticed by the next write, which changes nothing, and not by the one after a look', async () => {
    const { store } = await stores.process();
    await store.leadership.take();
    await put(store, 'one', 1);
    await put(store, 'two', 2);
    await stores.sql(`DELETE FROM totals WHERE id = 'two'; UPDATE projections SET sequence = 1`);
    await expect(put(store, 'three', 3)).rejects.toThrow(LeadershipLostError);
    expect(await ids()).toEqual(['one']);
    expect(await store.checkpoints()).toMatchObject([{ sequence: 1 }]);
    await put(store, 'two', 2);
    await put(store, 'three', 3);
    expect(await ids()).toEqual(['one', 'three', 'two']);
  });

  it('or was written by another leader meanwhile, is noticed too', async () => {
    const [one, other] = [await stores.process(), await stores.process()];
    await one.store.leadership.take();
    await put(one.store, 'one', 1);
    await other.store.leadership.take('seize');
    await other.store.checkpoints();
    await put(other.store, 'two', 2);
    await one.store.leadership.take('seize');
    await expect(put(one.store, 'two again', 2)).rejects.toThrow(
      'was left at sequence 1 and is at 2',
    );
  });

  it('is noticed by a rebuild too, before its table can take the old one’s place', async () => {
    const { store } = await stores.process();
    await store.leadership.take();
    await put(store, 'old', 9);
    const table = await store.createShadow(totals);
    const fill = (id: string, checkpoint: number) => {
      const puts = [{ id, total: 1, name: id, sequence: checkpoint }];
      return store.apply([{ model: totals, table, puts, deletes: [], checkpoint }]);
    };
    await fill('one', 1);
    await fill('two', 2);
    await stores.sql(`DELETE FROM totals__rebuild WHERE id = 'two';
      UPDATE projections SET sequence = 1 WHERE table_name = 'totals__rebuild'`);
    await expect(store.switchTo(totals, table, 2)).rejects.toThrow('has gone back');
    expect(await ids()).toEqual(['old']);
    await store.dropShadow(totals);
    expect(await store.checkpoints()).toMatchObject([{ table: 'totals', sequence: 9 }]);
    const [left] = await stores.sql('SELECT count(*)::int AS n FROM projections');
    expect(left).toEqual({ n: 1 });
  });
});
