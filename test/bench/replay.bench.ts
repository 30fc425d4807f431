import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Database } from '#shared/adapters/sqlite-library.js';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { openSqliteDatabase } from '#shared/adapters/sqlite-database.js';
import { SqliteReadModelStore } from '#shared/adapters/sqlite-read-model-store.js';
import type { AppRegistered } from '#shared/contracts/catalog.js';
import type { CloudEvent } from '#shared/es/commit.js';
import { Projector } from '#shared/es/projector.js';
import { applications } from '#services/catalog/read/applications.js';
import { type BenchRow, medianOf, rowOf } from './bench-row.js';
import { APP_SPEC, fillCatalogue } from './catalogue-commits.js';

const EVENTS = 200_000;
const APPS = [1_000, 20_000] as const;
const ROUNDS = 5;
/** The size of the projector's own transactions while it catches up. */
const TRANSACTION_EVENTS = 5_000;

type Replayed = Readonly<{ perSecond: number; rows: unknown[] }>;

/** Replays logs of the catalogue into its `applications` table, against a loop written by hand for that one table. */
export async function benchReplay(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const apps of APPS) rows.push(await benchCatalogueOf(apps));
  return rows;
}

async function benchCatalogueOf(apps: number): Promise<BenchRow> {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-replay-'));
  const logPath = join(folder, 'sortie.db');
  const source = SqliteEventLog.open(logPath);
  await fillCatalogue(source, { events: EVENTS, apps });
  await source.close();
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const projected = await project(logPath, join(folder, `ours-${round}.db`));
    const written = byHand(logPath, join(folder, `hand-${round}.db`));
    if (JSON.stringify(projected.rows) !== JSON.stringify(written.rows)) {
      throw new Error('The projector and the loop written by hand made different rows');
    }
    ours.push(projected.perSecond);
    theirs.push(written.perSecond);
  }
  await rm(folder, { recursive: true });
  return rowOf({
    what: `replay of ${EVENTS / 1_000}k events over ${apps.toLocaleString('en')} apps`,
    ours: medianOf(ours),
    baseline: medianOf(theirs),
    baselineName: 'better-sqlite3 by hand: one prepared upsert, transactions of 5,000 events',
    unit: '1/s',
  });
}

async function project(logPath: string, path: string): Promise<Replayed> {
  const log = SqliteEventLog.open(logPath);
  const database = await openSqliteDatabase<never>(path, resolve('services/catalog/migrations'));
  const store = new SqliteReadModelStore(database);
  const models = [applications];
  const projector = new Projector({ service: 'catalog', log, store, models, follows: ['catalog'] });
  const started = performance.now();
  await projector.start();
  const tookMs = performance.now() - started;
  await projector.stop();
  const rows = database.raw.prepare('SELECT * FROM applications ORDER BY id').all();
  await store.close();
  await log.close();
  return { perSecond: (EVENTS / tookMs) * 1_000, rows };
}

const COLUMNS = Object.keys({ id: '', ...APP_SPEC, version: 0 });

function byHand(logPath: string, path: string): Replayed {
  const source = new Database(logPath, { readonly: true });
  const target = new Database(path);
  target.pragma('journal_mode = WAL');
  target.pragma('synchronous = NORMAL');
  target.pragma('wal_autocheckpoint = 8000');
  target.exec(TABLE);
  const put = target.prepare(
    `INSERT INTO applications (${COLUMNS.join()}) VALUES (${COLUMNS.map(() => '?').join()}) ON CONFLICT (id) DO UPDATE SET ${COLUMNS.slice(
      1,
    )
      .map((column) => `${column} = excluded.${column}`)
      .join()}`,
  );
  const checkpoint = target.prepare('INSERT OR REPLACE INTO checkpoint VALUES (1, ?)');
  const read = source.prepare<unknown[], { sequence: number; events: string }>(
    'SELECT sequence, events FROM commits WHERE sequence > ? ORDER BY sequence LIMIT ?',
  );
  const applyBatch = target.transaction((batch: { sequence: number; events: string }[]) => {
    for (const { sequence, events } of batch) {
      for (const event of JSON.parse(events) as CloudEvent[]) {
        const { appId, app } = event.data as AppRegistered['data'];
        put.run(appId, ...Object.values({ ...APP_SPEC, ...app }), sequence);
      }
    }
    checkpoint.run(batch.at(-1)?.sequence);
  });
  const started = performance.now();
  const next = (after = 0) => read.all(after, TRANSACTION_EVENTS);
  for (let batch = next(); batch.length > 0; batch = next(batch.at(-1)?.sequence)) {
    applyBatch(batch);
  }
  const tookMs = performance.now() - started;
  const rows = target.prepare('SELECT * FROM applications ORDER BY id').all();
  source.close();
  target.close();
  return { perSecond: (EVENTS / tookMs) * 1_000, rows };
}

const TABLE = `
  CREATE TABLE applications (id text PRIMARY KEY, name text NOT NULL, description text, url text, icon text,
    category text, visibility text NOT NULL, launch_type text, container_image text, version integer NOT NULL);
  CREATE TABLE checkpoint (id integer PRIMARY KEY, sequence integer NOT NULL);
`;
