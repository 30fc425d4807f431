// Goal: a read of the past costs what a read of now costs, however long the log is and however far back it goes.
// Method: the catalogue's tables and their histories from a log of a million events, asked for the same rows as they are
// and as they were, in turn; a replay up to there, which is how it would be done without histories; one app that a
// hundred thousand events are about; and sessions, of which there are ever more.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { QueryCreator } from 'kysely';
import { postgresDatabases } from '#shared/adapters/postgres-databases.js';
import type { Databases } from '#shared/adapters/service-database.js';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { sqliteDatabases } from '#shared/adapters/sqlite-databases.js';
import type { EventLog } from '#shared/es/event-log.js';
import type { History } from '#shared/es/history.js';
import { SYSTEM } from '#shared/es/operation.js';
import { Projector } from '#shared/es/projector.js';
import { sequenceAt } from '#shared/es/sequence-at.js';
import { findApp, listApps } from '#services/catalog/read/applications.query.js';
import { histories as ofCatalog } from '#services/catalog/read/histories.js';
import type { CatalogTables } from '#services/catalog/read/tables.js';
import { histories as ofSession } from '#services/session/read/histories.js';
import { listSessions } from '#services/session/read/sessions.query.js';
import type { SessionTables } from '#services/session/read/tables.js';
import { postgresSettings } from '#test/support/postgres-settings.js';
import { type PostgresServer, startPostgres } from '#test/support/postgres-server.js';
import { type BenchRow, medianOf, rowOf } from './bench-row.js';
import { appOf, fillCatalogue } from './catalogue-commits.js';
import { fillSessions } from './session-commits.js';

const MILLION = { events: 1_000_000, apps: 20_000 };
const HOT = { events: 100_000, apps: 1 };
const SESSIONS = 100_000;
/** The share of the log that had happened by the moment that is asked for. */
const MOMENTS = [0.1, 0.5, 0.999] as const;
const ASKED = 400;
const PAGE = 100;

/** Empty databases of a kind, new each time. */
type Named = Readonly<{ name: string; open: () => Promise<Databases> }>;

/** A million events and their past, in files and in PostgreSQL. Takes about ten minutes and 4 GB below /tmp. */
export async function benchPast(): Promise<BenchRow[]> {
  const postgres = await startPostgres();
  const folder = await mkdtemp(join(tmpdir(), 'sortie-past-'));
  try {
    const rows: BenchRow[] = [];
    for (const [name, size] of [
      ['million', MILLION],
      ['hot', HOT],
    ] as const) {
      const log = SqliteEventLog.open(join(folder, `${name}.db`));
      await fillCatalogue(log, size);
      for (const into of databasesOn(postgres)) {
        rows.push(...(await (name === 'hot' ? benchHot(log, into) : benchApps(log, into))));
      }
      if (name === 'million') rows.push(await benchMoments(log));
      await log.close();
    }
    const log = SqliteEventLog.open(join(folder, 'sessions.db'));
    await fillSessions(log, SESSIONS);
    for (const into of databasesOn(postgres)) {
      rows.push(...(await benchSessions(log, into)));
    }
    await log.close();
    return rows;
  } finally {
    await rm(folder, { recursive: true });
    await postgres.stop();
  }
}

const databasesOn = (postgres: PostgresServer): Named[] => [
  { name: 'SQLite', open: openFiles },
  {
    name: 'PostgreSQL',
    open: async () => postgresDatabases(postgresSettings(await postgres.createDatabase())),
  },
];

async function openFiles(): Promise<Databases> {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-past-'));
  const databases = sqliteDatabases({ folder });
  const close = async (): Promise<void> => {
    await databases.close();
    await rm(folder, { recursive: true });
  };
  return { ...databases, close };
}

type Folding = Readonly<{
  service: string;
  log: EventLog;
  into: Named;
  histories: readonly History[];
  /** Whether the histories are folded, too. */
  keeping: boolean;
}>;

async function folded<Tables>({ service, log, into, histories, keeping }: Folding) {
  const databases = await into.open();
  const migrations = resolve('services', service, 'migrations');
  const database = await databases.openDatabase<Tables>(service, migrations);
  const models = histories.flatMap(({ of, model }) => (keeping ? [of, model] : [of]));
  const projector = new Projector({
    service,
    log,
    store: database.store,
    models,
    follows: [service],
  });
  const from = performance.now();
  await projector.start();
  const seconds = (performance.now() - from) / 1_000;
  const close = async (): Promise<void> => {
    await projector.stop();
    await databases.close();
  };
  return { database, seconds, close };
}

/** Milliseconds of two ways to read, in turn: medians. */
async function inTurn(
  ours: (n: number) => Promise<unknown>,
  theirs: (n: number) => Promise<unknown>,
) {
  const [a, b]: [number[], number[]] = [[], []];
  for (let n = 0; n < ASKED; n += 1) {
    const from = performance.now();
    await ours(n);
    const between = performance.now();
    await theirs(n);
    a.push(between - from);
    b.push(performance.now() - between);
  }
  return { ours: medianOf(a), baseline: medianOf(b) };
}

async function benchApps(log: EventLog, into: Named): Promise<BenchRow[]> {
  const of = { service: 'catalog', log, histories: ofCatalog };
  const { database, seconds, close } = await folded<CatalogTables>({ ...of, into, keeping: true });
  const rows: BenchRow[] = [];
  const any = (n: number): string => appOf((n * 7_919_993) % MILLION.apps, MILLION.apps);
  const page = (db: QueryCreator<CatalogTables>) => (n: number) =>
    listApps(db, SYSTEM, { limit: PAGE, cursor: cursorAfter(any(n)) });
  const one = (db: QueryCreator<CatalogTables>) => (n: number) => findApp(db, SYSTEM, any(n));
  let pageMs = 0;
  for (const share of MOMENTS) {
    const then = await database.past(ofCatalog, MILLION.events * share);
    const about = { unit: 'ms', baselineName: 'the same of now' };
    const at = `${share * 100} % into a million events, ${into.name}`;
    const single = await inTurn(one(then), one(database.primary));
    rows.push(rowOf({ what: `one app, ${at}`, ...about, ...single }));
    const many = await inTurn(page(then), page(database.primary));
    rows.push(rowOf({ what: `a page of ${PAGE} apps, ${at}`, ...about, ...many }));
    pageMs = many.ours;
  }
  await close();
  const without = await folded<CatalogTables>({ ...of, into, keeping: false });
  await without.close();
  rows.push(
    rowOf({
      ...{ what: `that page, ${into.name}`, unit: 'ms', ours: pageMs },
      ...{
        baseline: without.seconds * 1_000,
        baselineName: 'a replay of the million, then the page',
      },
    }),
    rowOf({
      what: `projecting a million events with their histories, ${into.name}`,
      unit: '1/s',
      ours: MILLION.events / seconds,
      baseline: MILLION.events / without.seconds,
      baselineName: 'the same tables without',
    }),
  );
  return rows;
}

const cursorAfter = (id: string): string => Buffer.from(JSON.stringify(id)).toString('base64url');

async function benchHot(log: EventLog, into: Named): Promise<BenchRow[]> {
  const of = { service: 'catalog', log, histories: ofCatalog };
  const { database, close } = await folded<CatalogTables>({ ...of, into, keeping: true });
  const id = appOf(0, HOT.apps);
  const then = await database.past(ofCatalog, HOT.events / 2);
  const figures = await inTurn(
    () => findApp(then, SYSTEM, id),
    () => findApp(database.primary, SYSTEM, id),
  );
  await close();
  const what = `one app that ${HOT.events.toLocaleString('en')} events are about, ${into.name}`;
  return [rowOf({ what, unit: 'ms', ...figures, baselineName: 'the same of now' })];
}

async function benchMoments(log: EventLog): Promise<BenchRow> {
  const head = await log.head();
  const { ours, baseline } = await inTurn(
    (n) => sequenceAt(log, n % 2 === 0 ? 0 : Date.now(), head),
    (n) => log.read({ after: (n * 7_919) % head, limit: 1 }),
  );
  const what = 'the sequence at a time, among a million commits, SQLite';
  return rowOf({ what, unit: 'ms', ours, baseline, baselineName: 'reading one commit' });
}

async function benchSessions(log: EventLog, into: Named): Promise<BenchRow[]> {
  const of = { service: 'session', log, histories: ofSession };
  const { database, close } = await folded<SessionTables>({ ...of, into, keeping: true });
  const head = await log.head();
  const limits = { lifetimeMs: 1, idleMs: 0, warningMs: 0 };
  const rows: BenchRow[] = [];
  const asked = [
    ['the newest page of all sessions', 'all', undefined],
    ['the newest page of a user’s own', 'own', undefined],
    ['the running ones of all', 'all', 'running'],
  ] as const;
  for (const [what, scope, status] of asked) {
    for (const share of MOMENTS) {
      const then = await database.past(ofSession, Math.round(head * share));
      const read = (db: QueryCreator<SessionTables>) => (n: number) =>
        listSessions(
          db,
          { id: `user-${n % 100}`, role: 'user' },
          { limits, scope, status, limit: PAGE },
        );
      const figures = await inTurn(read(then), read(database.primary));
      const at = `${share * 100} % into ${SESSIONS.toLocaleString('en')}, ${into.name}`;
      const about = { unit: 'ms', baselineName: 'the same of now' };
      rows.push(rowOf({ what: `${what}, ${at}`, ...about, ...figures }));
    }
  }
  await close();
  return rows;
}
