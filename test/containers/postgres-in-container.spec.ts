// Goal: read models and leases keep their contracts on the PostgreSQL image that is shipped, and processes survive what
// happens to its container. Method: testcontainers; without an engine the same suites run on a program, and say so.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { postgresDatabases } from '#shared/adapters/postgres-databases.js';
import type { Row } from '#shared/es/read-model.js';
import { LeadershipLostError, StoreUnavailableError } from '#shared/es/read-model-store.js';
import { modelMigrations, totals } from '#test/support/models.js';
import { type PlacedPostgres, query, startPlacedPostgres } from '#test/support/placed-postgres.js';
import { postgresSettings } from '#test/support/postgres-settings.js';
import { SERVER_FAULTS } from '#test/support/server-faults.js';
import { until } from '#test/support/waits.js';
import { leaseContract } from '../contract/lease.contract.js';
import { readModelStoreContract } from '../contract/read-model-store.contract.js';

let server: PlacedPostgres;
beforeAll(async () => {
  server = await startPlacedPostgres('PostgreSQL');
}, 600_000);
afterAll(() => server.stop());

async function processOn(dsn: string) {
  const databases = postgresDatabases(postgresSettings(dsn));
  const opened = await databases.openDatabase<Record<string, Row>>('test', modelMigrations);
  return { ...opened, close: () => databases.close() };
}

async function open() {
  const dsn = await server.emptyDatabase();
  const { store, lease, primary, close } = await processOn(dsn);
  await store.leadership.take();
  const seen = (table: string) => primary.selectFrom(table).selectAll().orderBy('id').execute();
  const indexes = async (table: string) => {
    const rows = await query<{ indexname: string }>(
      dsn,
      `SELECT indexname FROM pg_indexes WHERE tablename = '${table}' ORDER BY indexname`,
    );
    return rows.map(({ indexname }) => indexname);
  };
  return { store, lease, seen, indexes, dsn, cleanup: close };
}

// Apart: there is one database, and each contract empties it.
describe('in a container', () => {
  readModelStoreContract('read models', open);
});
describe('in a container too', () => {
  leaseContract('leases', open);
});

describe('a leader on a server that is', () => {
  let opened: Awaited<ReturnType<typeof open>>;
  beforeEach(async () => {
    opened = await open();
  });
  afterEach(() => opened.cleanup());

  /** Writes a row and its checkpoint, and learns from the checkpoints where it is when it does not know. */
  async function write(sequence: number): Promise<boolean> {
    const puts = [{ id: `k${sequence}`, total: sequence, name: 'x', sequence }];
    const change = { model: totals, table: 'totals', puts, deletes: [], checkpoint: sequence };
    try {
      await opened.store.apply([change]);
      return true;
    } catch (error) {
      const isTold = error instanceof StoreUnavailableError || error instanceof LeadershipLostError;
      if (!isTold) throw error;
      return false;
    }
  }

  /** Where the rows are, once they can be read again and this process leads. */
  const place = () =>
    until(
      'the place of the rows',
      async () => {
        try {
          if (!(await opened.store.leadership.take())) return undefined;
          const [checkpoint] = await opened.store.checkpoints();
          return { at: checkpoint?.sequence ?? 0 };
        } catch (error) {
          if (error instanceof StoreUnavailableError) return undefined;
          throw error;
        }
      },
      30_000,
    );

  it.each(SERVER_FAULTS)(
    '%s writes on, and no row is missing or there twice',
    async (_, strike) => {
      let at = 0;
      let isOver = false;
      const writing = (async () => {
        while (!isOver) {
          if (await write(at + 1)) at += 1;
          else ({ at } = await place());
        }
      })();
      for (let round = 0; round < 2; round += 1) {
        const before = at;
        await until('some rows', () => at > before + 20);
        const written = at;
        await strike(server);
        // What was answered stays, whatever hit the server.
        expect((await place()).at).toBeGreaterThanOrEqual(written);
      }
      const after = at;
      await until('rows after it', () => at > after + 20);
      isOver = true;
      await writing;
      const rows = await opened.seen('totals');
      const totalsSeen = rows.map(({ total }) => Number(total)).toSorted((a, b) => a - b);
      expect(totalsSeen).toEqual(Array.from({ length: at }, (_, n) => n + 1));
    },
  );

  it('killed is followed by another process on the same rows', async () => {
    expect(await write(1)).toBe(true);
    await server.kill();
    await server.restart();
    const other = await processOn(opened.dsn);
    await until('the lease', () => other.store.leadership.take().catch(() => false));
    expect(await other.store.rows(totals, 'totals', ['k1'])).toHaveLength(1);
    await other.close();
  });
});
