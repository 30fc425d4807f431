// Goal: replaying the log into PostgreSQL costs little more than PostgreSQL needs to take the rows.
// Method: the catalogue's four read models from either log into either database, each time into an empty one; then, in
//         the same database, COPY of the rows that came out, and of one row of `applications` for every event.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { postgresDatabases } from '#shared/adapters/postgres-databases.js';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { sqliteDatabases } from '#shared/adapters/sqlite-databases.js';
import type { Databases } from '#shared/adapters/service-database.js';
import { CATALOG_EVENTS } from '#shared/contracts/catalog.js';
import type { EventLog } from '#shared/es/event-log.js';
import { Projector } from '#shared/es/projector.js';
import { aggregatesModel, commandsModel, erased } from '#shared/es/service-models.js';
import { app } from '#services/catalog/domain/app.js';
import { applications } from '#services/catalog/read/applications.js';
import { approvals } from '#services/catalog/read/approvals.js';
import { openJetStreamLog } from '#test/support/jetstream-log.js';
import { startNatsServer } from '#test/support/nats-server.js';
import { postgresSettings } from '#test/support/postgres-settings.js';
import { type PostgresServer, startPostgres } from '#test/support/postgres-server.js';
import { type BenchRow, medianOf, rowOf } from './bench-row.js';
import { fillCatalogue } from './catalogue-commits.js';
import { copyEveryEvent, copyFinalRows } from './copied-rows.js';
import { fillStream } from './stream-fill.js';

const EVENTS = 200_000;
const APPS = [1_000, 20_000] as const;
const ROUNDS = 5;
const MIGRATIONS = resolve('services/catalog/migrations');
const MODELS = [
  applications,
  approvals,
  aggregatesModel({ app: erased(app) }),
  commandsModel('catalog'),
];

const LOGS = ['jetstream', 'sqlite'] as const;
type LogKind = (typeof LOGS)[number];
/** Opens the filled log anew, so that no commit of it is in memory. */
type OpenLog = () => Promise<{ log: EventLog; close: () => Promise<void> }>;
type Figures = Record<'postgres' | 'sqlite' | 'copy' | 'copyEvery', number[]>;

/** Replays logs of the catalogue into PostgreSQL, against COPY; and into SQLite beside it. Takes some minutes. */
export async function benchReplayIntoStores(): Promise<BenchRow[]> {
  const postgres = await startPostgres();
  try {
    const rows: BenchRow[] = [];
    for (const apps of APPS) rows.push(...(await benchCatalogueOf(apps, postgres)));
    return rows;
  } finally {
    await postgres.stop();
  }
}

async function benchCatalogueOf(apps: number, postgres: PostgresServer): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-replay-'));
  const logPath = join(folder, 'sortie.db');
  const streamFolder = await mkdtemp(join(tmpdir(), 'sortie-replay-nats-'));
  const source = SqliteEventLog.open(logPath);
  await fillCatalogue(source, { events: EVENTS, apps });
  await source.close();
  await fillStream(streamFolder, { events: EVENTS, apps });
  const nats = await startNatsServer({ folder: streamFolder });
  const open: Record<LogKind, OpenLog> = {
    sqlite: async () => {
      const log = SqliteEventLog.open(logPath);
      return { log, close: () => log.close() };
    },
    jetstream: () => openJetStreamLog(nats),
  };
  const figures: Record<LogKind, Figures> = { jetstream: none(), sqlite: none() };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const kind of LOGS) {
      const into = join(folder, `${kind}-${round}`);
      await measure(open[kind], figures[kind], { into, postgres });
    }
  }
  await nats.stop();
  for (const path of [folder, streamFolder]) await rm(path, { recursive: true });
  return LOGS.flatMap((kind) => rowsOf(kind, apps, figures[kind]));
}

const none = (): Figures => ({ postgres: [], sqlite: [], copy: [], copyEvery: [] });

async function measure(
  openLog: OpenLog,
  figures: Figures,
  { into, postgres }: { into: string; postgres: PostgresServer },
): Promise<void> {
  const dsn = await postgres.createDatabase();
  figures.postgres.push(await replay(openLog, postgresDatabases(postgresSettings(dsn))));
  const database = new URL(dsn).pathname.slice(1);
  figures.copy.push(perSecond(await copyFinalRows(postgres, database)));
  figures.copyEvery.push(perSecond(await copyEveryEvent(postgres, database, EVENTS)));
  await mkdir(into);
  figures.sqlite.push(await replay(openLog, sqliteDatabases({ folder: into })));
}

const perSecond = (tookMs: number): number => (EVENTS / tookMs) * 1_000;

/** Events a second, from a projector's start until its four read models are at the head. */
async function replay(openLog: OpenLog, databases: Databases): Promise<number> {
  const { log, close } = await openLog();
  const { store } = await databases.openDatabase('catalog', MIGRATIONS);
  const parts = { service: 'catalog', log, store, models: MODELS };
  const projector = new Projector({ ...parts, follows: ['catalog'], known: CATALOG_EVENTS });
  const started = performance.now();
  await projector.start();
  const tookMs = performance.now() - started;
  const behind = (await projector.status()).filter(({ lag }) => lag > 0);
  if (behind.length > 0) throw new Error(`${behind[0]?.name} stopped: ${behind[0]?.error}`);
  await projector.stop();
  await databases.close();
  await close();
  return perSecond(tookMs);
}

function rowsOf(kind: LogKind, apps: number, figures: Figures): BenchRow[] {
  const from = kind === 'jetstream' ? 'JetStream' : 'the SQLite log';
  const what = `replay of ${EVENTS / 1_000}k events over ${apps.toLocaleString('en')} apps from ${from} into PostgreSQL`;
  const ours = medianOf(figures.postgres);
  const against = (key: keyof Figures, baselineName: string): BenchRow =>
    rowOf({ what, unit: '1/s', ours, baseline: medianOf(figures[key]), baselineName });
  return [
    against('copy', 'COPY of the rows that came out, with their indexes'),
    against('copyEvery', 'COPY of one row of `applications` for every event'),
    against('sqlite', 'the same replay into SQLite'),
  ];
}
