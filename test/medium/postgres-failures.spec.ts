// Goal: whatever is wrong with PostgreSQL is told in a sentence, harms no row and no process, and passes with its cause.
// Method: stores and queries on a real PostgreSQL that is killed, stopped, filled, locked and overrun.
import { execFileSync } from 'node:child_process';
import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { postgresDatabases } from '#shared/adapters/postgres-databases.js';
import { LeadershipLostError, StoreUnavailableError } from '#shared/es/read-model-store.js';
import { modelMigrations, totals } from '#test/support/models.js';
import { type PostgresServer, startPostgres } from '#test/support/postgres-server.js';
import { postgresSettings } from '#test/support/postgres-settings.js';
import { openPostgresStores, type PostgresStores } from '#test/support/postgres-stores.js';
import { until } from '#test/support/waits.js';

const DAEMON = 1;
const isRoot = process.getuid?.() === 0;
let server: PostgresServer;
let stores: PostgresStores;
beforeAll(async () => {
  server = await startPostgres({ settings: { max_connections: '20' } });
});
afterAll(() => server.stop());
beforeEach(async () => {
  stores = await openPostgresStores(server);
});
afterEach(() => stores.close());

async function leader(over: Parameters<PostgresStores['process']>[0] = {}) {
  const process = await stores.process(over);
  await process.store.leadership.take();
  const write = (count: number, checkpoint: number) => {
    const puts = Array.from({ length: count }, (_, n) => ({
      ...{ id: `k${n}`, total: n, name: 'x'.repeat(100), sequence: checkpoint },
    }));
    return process.store.apply([{ model: totals, table: 'totals', puts, deletes: [], checkpoint }]);
  };
  const count = async (): Promise<number> => {
    const query = process.reader.selectFrom('totals').select(({ fn }) => fn.countAll().as('n'));
    return Number((await query.executeTakeFirstOrThrow())['n']);
  };
  return { ...process, write, count };
}

const unavailable = (sentence: string | RegExp) =>
  expect.objectContaining({
    name: 'StoreUnavailableError',
    message: expect.stringMatching(sentence),
  });

describe('a server that dies', () => {
  it.each(['SIGKILL', 'SIGINT'] as const)(
    'by %s is told of by writes and queries, takes no process along, and is used again once it is back',
    async (signal) => {
      const { store, write, count, primary } = await leader();
      await write(10, 1);
      expect(await count()).toBe(10);
      await server.kill(signal);
      await expect(write(20, 2)).rejects.toEqual(unavailable(/^PostgreSQL at 127\.0\.0\.1:\d+ /));
      await expect(count()).rejects.toEqual(unavailable('ECONNREFUSED'));
      const query = primary.selectFrom('totals').selectAll();
      await expect(query.execute()).rejects.toThrow(StoreUnavailableError);
      await server.restart();
      const again = async (error: unknown): Promise<false> => {
        if (error instanceof StoreUnavailableError) return false;
        // A crash takes back what the disk had not got yet; who looks at the checkpoints may go on.
        if (!(error instanceof LeadershipLostError)) throw error;
        await store.checkpoints();
        return false;
      };
      await until('a write', () => write(20, 2).then(() => true, again), 30_000);
      expect(await count()).toBe(20);
    },
  );

  it('in the middle of a transaction takes all of it along', async () => {
    const pool = stores.pool();
    const { write, count } = await leader();
    await write(3, 1);
    await stores.sql('CHECKPOINT');
    const writing = pool.transaction(async (connection) => {
      await connection.query(`DELETE FROM "sortie_test"."totals"`);
      await server.kill();
      // Between two statements, when nobody listens to the connection.
      await until('the end of it', () => pool.figures().active > 0);
      await connection.query('SELECT 1');
    });
    await expect(writing).rejects.toEqual(unavailable(/can't be used/));
    await server.restart();
    expect(await count()).toBe(3);
  });

  it('ends connections that nobody uses, and nobody notices', async () => {
    const { count } = await leader({ pool: { min: 4, max: 4, idleMs: 60_000, acquireMs: 30_000 } });
    await Promise.all([count(), count(), count(), count()]);
    await stores.sql(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()',
    );
    await until('the connections to be gone', async () => {
      const rows = await stores.sql(
        'SELECT 1 FROM pg_stat_activity WHERE datname = current_database()',
      );
      return rows.length === 1;
    });
    expect(await count()).toBe(0);
  });
});

describe('a server that hangs', () => {
  it('is given up after a while, and its connection with it', async () => {
    const { count } = await leader();
    const pool = stores.pool();
    await pool.query('SELECT 1');
    server.pause();
    const connection = await pool.connect();
    const asked = connection.query('SELECT 1', [], 300);
    await expect(asked).rejects.toEqual(unavailable('Query read timeout'));
    connection.release();
    expect(pool.figures()).toMatchObject({ active: 0, idle: 0 });
    server.resume();
    expect(await pool.query('SELECT 1')).toHaveLength(1);
    expect(await count()).toBe(0);
  });

  it('is not waited for longer than a connection may take', async () => {
    const pool = stores.pool({ pool: { min: 0, max: 2, idleMs: 1_000, acquireMs: 300 } });
    server.pause();
    await expect(pool.query('SELECT 1')).rejects.toEqual(unavailable('connection timeout'));
    server.resume();
  });
});

describe('too much at once', () => {
  it('for the pool is told with what to change', async () => {
    // Long enough for the two to be connected, too.
    const pool = stores.pool({ pool: { min: 0, max: 2, idleMs: 30_000, acquireMs: 2_000 } });
    const held = await Promise.all([pool.connect(), pool.connect()]);
    const waiting = pool.query('SELECT 1');
    expect(pool.figures()).toEqual({ active: 2, idle: 0, waiting: 1, max: 2 });
    await expect(waiting).rejects.toEqual(
      unavailable(
        /^All 2 connections .* no free connection came within 2000 ms: raise SORTIE_DB_POOL_MAX, or /,
      ),
    );
    for (const connection of held) connection.release();
    expect(await pool.query('SELECT 1')).toHaveLength(1);
  });

  it('for the server is told with what to change', async () => {
    const pool = stores.pool({ pool: { min: 0, max: 40, idleMs: 1_000, acquireMs: 30_000 } });
    const asked = await Promise.allSettled(Array.from({ length: 40 }, () => pool.connect()));
    const refused = asked.filter((one) => one.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.reason).toEqual(
      unavailable(/SQLSTATE 53300.*raise its max_connections, or lower SORTIE_DB_POOL_MAX/),
    );
    for (const one of asked) if (one.status === 'fulfilled') one.value.release();
  });
});

describe('what takes too long', () => {
  it('is ended and passes with its cause', async () => {
    const pool = stores.pool();
    const slow = pool.transaction(
      (connection) => connection.query('SELECT pg_sleep(30)'),
      'BEGIN; SET LOCAL statement_timeout TO 100',
    );
    await expect(slow).rejects.toEqual(unavailable('statement timeout'));
    expect(await pool.query('SELECT 1')).toHaveLength(1);
  });

  it('is a switch while somebody reads the old table: it is given up, and the reader is not', async () => {
    const { store, write, count } = await leader();
    await write(3, 1);
    const shadow = await store.createShadow(totals);
    const reading = await stores.pool().connect();
    await reading.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await reading.query('SELECT count(*) FROM "sortie_test"."totals"');
    const switching = store.switchTo(totals, shadow, 2);
    await expect(switching).rejects.toEqual(unavailable(/55P03.*such as a backup/));
    const { rows } = await reading.query('SELECT * FROM "sortie_test"."totals"');
    expect(rows).toHaveLength(3);
    expect(await count()).toBe(3);
    await reading.query('COMMIT');
    reading.release();
    await store.switchTo(totals, shadow, 2);
    expect(await count()).toBe(0);
  });
});

describe('a switch', () => {
  it('keeps who else may read the table, and lets queries go on all the while', async () => {
    const { store, write, count } = await leader();
    await write(500, 1);
    await server.sql('DROP ROLE IF EXISTS reporting; CREATE ROLE reporting');
    await stores.sql('GRANT SELECT ON totals TO reporting; GRANT SELECT ON totals TO PUBLIC');
    let going = true;
    let queries = 0;
    const querying = (async () => {
      for (; going; queries += 1) expect(await count()).toBe(500);
    })();
    for (let round = 0; round < 5 || queries <= 20; round += 1) {
      const table = await store.createShadow(totals);
      const puts = Array.from({ length: 500 }, (_, n) => ({
        id: `n${n}`,
        total: 1,
        name: null,
        sequence: 1,
      }));
      await store.apply([{ model: totals, table, puts, deletes: [], checkpoint: 1 }]);
      await store.switchTo(totals, table, 1);
    }
    going = false;
    await querying;
    expect(queries).toBeGreaterThan(20);
    const grants = await stores.sql(
      `SELECT grantee || ' ' || privilege_type AS id FROM information_schema.role_table_grants
       WHERE table_name = 'totals' AND grantee IN ('reporting', 'PUBLIC') ORDER BY 1`,
    );
    expect(grants.map(({ id }) => id)).toEqual(['PUBLIC SELECT', 'reporting SELECT']);
  });
});

describe('wrong credentials and places', () => {
  const open = (over: object) => {
    const databases = postgresDatabases({ ...postgresSettings(stores.dsn), ...over });
    return databases.openDatabase('test', modelMigrations).finally(databases.close);
  };
  it.each([
    [{ password: 'wrong-one' }, 'password authentication failed', 'SORTIE_DB_PASSWORD'],
    [{ database: 'nowhere' }, 'database "nowhere" does not exist', 'SORTIE_DB_NAME'],
    [{ port: 1 }, 'ECONNREFUSED', "PostgreSQL at 127.0.0.1:1 can't be used"],
    [{ host: 'no-such-host.invalid' }, 'no-such-host.invalid', "can't be used"],
  ])('%j: are told at the start, without the password', async (over, why, advice) => {
    const told = await open(over).catch((error: unknown) => error);
    expect(told).toMatchObject({ name: 'DatabaseUnavailableError' });
    expect(String(told)).toContain(why);
    expect(String(told)).toContain(advice);
    expect(String(told)).not.toContain(server.password);
    expect(String(told)).not.toContain('wrong-one');
  });
});

describe.runIf(isRoot)('a full disk', () => {
  it('is told apart from a row that is wrong, and passes', async () => {
    const folder = join(server.folder, 'small');
    await mkdir(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder]);
    try {
      await chown(folder, DAEMON, DAEMON);
      await server.sql(`CREATE TABLESPACE small LOCATION '${folder}'`);
      await server.sql('GRANT CREATE ON TABLESPACE small TO PUBLIC');
      await server.sql(`ALTER DATABASE ${stores.database} SET default_tablespace TO small`);
      const { write, count, store } = await leader();
      await write(10, 1);
      await expect(write(60_000, 2)).rejects.toEqual(unavailable(/53100.*make room on its disk/));
      expect(await count()).toBe(10);
      expect(await store.checkpoints()).toMatchObject([{ sequence: 1 }]);
      await server.sql(`ALTER DATABASE ${stores.database} RESET default_tablespace`);
      await stores.sql('ALTER TABLE totals SET TABLESPACE pg_default');
      await stores.sql(
        'ALTER INDEX totals_pkey SET TABLESPACE pg_default; ALTER INDEX idx_totals_total SET TABLESPACE pg_default',
      );
      await write(60_000, 2);
      expect(await count()).toBe(60_000);
    } finally {
      execFileSync('umount', ['-l', folder]);
    }
  });
});
