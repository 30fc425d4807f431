// Goal: queries go where the operator wants them, writes and decisions never leave the primary, and a replica that dies costs nobody an answer.
// Method: a real primary with a real streaming standby, which is paused, stopped and started again.
import { type Kysely, sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PostgresSettings } from '#shared/adapters/postgres-settings.js';
import type { ReadModelStore } from '#shared/es/read-model-store.js';
import { totals } from '#test/support/models.js';
import { type PostgresServer, startPostgres } from '#test/support/postgres-server.js';
import { openPostgresStores, type PostgresStores } from '#test/support/postgres-stores.js';
import { until } from '#test/support/waits.js';

const BACK_MS_MAX = 30_000;
let primary: PostgresServer;
let standby: PostgresServer;
let stores: PostgresStores;
beforeAll(async () => {
  primary = await startPostgres();
  standby = await primary.standby();
});
afterAll(async () => {
  await standby.stop();
  await primary.stop();
});
beforeEach(async () => {
  stores = await openPostgresStores(primary);
});
afterEach(() => stores.close());

async function open(readPreference: PostgresSettings['readPreference']) {
  const replicas = [{ host: standby.host, port: standby.port }];
  const process = await stores.process({ replicas, readPreference });
  await process.store.leadership.take();
  await arrived();
  return process;
}

/** Waits until the standby has all that the primary has. */
const arrived = () =>
  until('the standby', async () => {
    const [at] = await primary.sql<{ lsn: string }>('SELECT pg_current_wal_flush_lsn() AS lsn');
    const [there] = await standby.sql<{ ok: boolean }>(
      `SELECT pg_last_wal_replay_lsn() >= '${at?.lsn}' AS ok`,
    );
    return there?.ok;
  });

const isStandby = async (db: Kysely<never>): Promise<boolean> => {
  const { rows } = await sql<{ yes: boolean }>`SELECT pg_is_in_recovery() AS yes`.execute(db);
  return rows[0]?.yes ?? false;
};
const askedTenTimes = async (db: unknown): Promise<number> => {
  let standbys = 0;
  for (let n = 0; n < 10; n += 1) if (await isStandby(db as Kysely<never>)) standbys += 1;
  return standbys;
};
const put = (store: ReadModelStore, checkpoint: number) =>
  store.apply([
    {
      ...{ model: totals, table: 'totals', deletes: [], checkpoint },
      puts: [{ id: 'a', total: checkpoint, name: null, sequence: checkpoint }],
    },
  ]);

describe('queries', () => {
  it.each([
    ['primary', 0],
    ['replica', 10],
    ['any', 5],
  ] as const)(
    'with %s go to the standby %i times of 10, and decisions never',
    async (how, count) => {
      const { reader, primary: decisions } = await open(how);
      expect(await askedTenTimes(reader)).toBe(count);
      expect(await askedTenTimes(decisions)).toBe(0);
    },
  );

  it('are a moment behind where they go to a standby, and decisions and the projector are not', async () => {
    const { reader, primary: decisions, store } = await open('replica');
    const total = async (db: typeof reader) => {
      const row = await db.selectFrom('totals').select('total').executeTakeFirst();
      return row?.['total'];
    };
    await put(store, 1);
    await primary.sql('CHECKPOINT');
    await arrived();
    await standby.sql('SELECT pg_wal_replay_pause()');
    try {
      await put(store, 2);
      expect(await total(decisions)).toBe(2);
      expect(await store.checkpoints()).toMatchObject([{ sequence: 2 }]);
      expect(await store.rows(totals, 'totals', ['a'])).toMatchObject([{ total: 2 }]);
      expect(await total(reader)).toBe(1);
    } finally {
      await standby.sql('SELECT pg_wal_replay_resume()');
    }
    await until('the standby to follow', async () => (await total(reader)) === 2);
  });

  it('go to the primary while the standby is away, none fails, and go back to it later', async () => {
    const { reader } = await open('replica');
    const total = () => reader.selectFrom('totals').selectAll().execute();
    let going = true;
    let answers = 0;
    const asking = Promise.all(
      Array.from({ length: 4 }, async () => {
        for (; going; answers += 1) await total();
      }),
    );
    await until('answers', () => answers > 100);
    await standby.kill();
    const before = answers;
    await until('answers of the primary', () => answers > before + 100);
    going = false;
    await asking;
    expect(await askedTenTimes(reader)).toBe(0);
    await standby.restart();
    await until('the standby to be asked again', () => isStandby(reader as never), BACK_MS_MAX);
  });

  it('go to the primary where the standby hangs', async () => {
    const { reader } = await open('replica');
    expect(await isStandby(reader as never)).toBe(true);
    standby.pause();
    try {
      expect(await isStandby(reader as never)).toBe(false);
      expect(await askedTenTimes(reader)).toBe(0);
    } finally {
      standby.resume();
    }
  });
});

describe('a standby in place of the primary', () => {
  it('is told apart when it is to be written', async () => {
    const { port } = standby;
    const sentence = /have SORTIE_DB_HOST or the DSN name the primary/;
    await arrived();
    await expect(stores.process({ port })).rejects.toThrow(sentence);
    await stores.process();
    await arrived();
    const { store } = await stores.process({ port });
    await expect(store.leadership.take()).rejects.toThrow(sentence);
  });
});
