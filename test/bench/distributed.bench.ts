// Goal: what a command costs on its way through a distributed Sortie, and where its ceiling is.
// Method: real processes on this machine: NATS that syncs always, PostgreSQL with fsync, gateways, services. Everything,
//         the load too, shares its cores. The baseline is a NATS server of its own with the same settings that gets
//         messages of the same size with the same headers, by the official client, in turn with each round.
import { openCatalog } from '#services/catalog/module.js';
import { postgresDatabases } from '#shared/adapters/postgres-databases.js';
import { PostgresPool } from '#shared/adapters/postgres-pool.js';
import { LEASE_MS } from '#shared/es/lease.js';
import {
  type DistributedStage,
  startDistributed,
  TWO_OF_EVERYTHING,
} from '#test/support/distributed-stage.js';
import { postgresSettings } from '#test/support/postgres-settings.js';
import { sortieFolders, startSortie } from '#test/support/sortie.js';
import { type BenchRow, medianOf, percentileOf, rowOf } from './bench-row.js';
import { CatalogueClient } from './catalogue-client.js';
import { catalogueCommit } from './catalogue-commits.js';
import { residentMib } from './catalogue-sides.js';
import { keepBusy, type Load } from './load.js';
import { openRawStream, type RawStream } from './raw-stream.js';
import { takeOvers } from './take-over.js';

const ROUNDS = 5;
const ROUND_MS = 3_000;
const WARM_UP_MS = 4_000;
const CLIENTS = [1, 16, 64] as const;
const READERS = 16;
const VISIBLE = 200;
const ONE_OF_EACH = {
  services: ['identity', 'catalog', 'session', 'audit'],
  gateway: ['gateway'],
} as const;

type Sides = Readonly<{ ours: Load[]; baseline: Load[] }>;

/** Commands, appends, reads and a take-over, distributed over processes. Takes about five minutes. */
export async function benchDistributed(): Promise<BenchRow[]> {
  const raw = await openRawStream();
  try {
    return [
      ...(await withStage(ONE_OF_EACH, async (stage) => [
        ...(await commands(stage, raw, 'one gateway, one process of services')),
        ...(await reads(stage)),
      ])),
      ...(await withStage(TWO_OF_EVERYTHING, async (stage) => [
        ...(await commands(stage, raw, 'two gateways, two processes of services')),
        ...(await takeOverRows(stage)),
        ...(await visible(raw, await stage.postgres.createDatabase())),
      ])),
      ...(await appends(raw)),
    ];
  } finally {
    await raw.stop();
  }
}

async function withStage<Name extends string>(
  processes: Parameters<typeof startDistributed<Name>>[0]['processes'],
  work: (stage: DistributedStage<Name>) => Promise<BenchRow[]>,
): Promise<BenchRow[]> {
  const stage = await startDistributed({ processes });
  try {
    return await work(stage);
  } finally {
    await stage.close();
  }
}

const gatewaysOf = ({ processes }: DistributedStage): string[] =>
  Object.values(processes)
    .filter(({ services }) => services.includes('gateway'))
    .map(({ url }) => url);

async function commands(stage: DistributedStage, raw: RawStream, who: string): Promise<BenchRow[]> {
  const client = await CatalogueClient.signIn(gatewaysOf(stage), stage.password);
  const write = (worker: number) => client.write(worker);
  await keepBusy({ workers: READERS, ms: WARM_UP_MS }, write);
  const [written] = (await stage.log()).slice(-1);
  const message = { payload: JSON.stringify(written?.events) };
  const rows: BenchRow[] = [];
  for (const workers of CLIENTS) {
    const load = { workers, ms: ROUND_MS };
    const sides = await inTurn(
      () => keepBusy(load, write),
      () => keepBusy(load, () => raw.publish(message)),
    );
    const what = `command, ${clientsOf(workers)}, ${who}`;
    rows.push(...loadRows(what, sides, `JetStream publish by nats.js, ${workers} in flight`));
  }
  client.close();
  return [...rows, ...memoryRows(stage, who, message.payload.length)];
}

const clientsOf = (count: number): string => (count === 1 ? '1 client' : `${count} clients`);

function memoryRows({ processes, nats }: DistributedStage, who: string, bytes: number): BenchRow[] {
  const pids = Object.values(processes).map(({ name, pid }) => ({ name, pid }));
  return [...pids, { name: 'nats-server', pid: nats.pid() }].map(({ name, pid }) =>
    rowOf({
      what: `memory of ${name} after it, ${who}`,
      unit: 'MiB',
      ours: residentMib(pid),
      baseline: residentMib(process.pid),
      baselineName: 'the process of this bench',
      note: `the events of a commit are ${bytes} bytes`,
    }),
  );
}

async function reads(stage: DistributedStage): Promise<BenchRow[]> {
  const folders = await sortieFolders();
  const alone = await startSortie(folders);
  try {
    const client = await CatalogueClient.signIn(gatewaysOf(stage), stage.password);
    const beside = await CatalogueClient.signIn([alone.url], alone.password);
    const load = { workers: READERS, ms: ROUND_MS };
    const reading = async (from: CatalogueClient): Promise<() => Promise<Load>> => {
      const added = await from.add(0);
      const read = () => keepBusy(load, (worker) => from.read(worker, added));
      await read();
      return read;
    };
    const sides = await inTurn(await reading(client), await reading(beside));
    client.close();
    beside.close();
    return loadRows(`GET of an app, ${READERS} clients`, sides, 'all in one process, SQLite');
  } finally {
    await alone.end();
    await folders.remove();
  }
}

async function appends(raw: RawStream): Promise<BenchRow[]> {
  let n = 0;
  const next = () => ({ ...catalogueCommit((n += 1), Infinity), expectedVersion: 0 });
  const payload = JSON.stringify(next().events);
  const rows: BenchRow[] = [];
  for (const workers of CLIENTS) {
    const load = { workers, ms: ROUND_MS };
    const sides = await inTurn(
      () => keepBusy(load, () => raw.log.append(next())),
      () => keepBusy(load, () => raw.publish({ payload })),
    );
    const what = `append to the log, ${workers} in flight`;
    rows.push(...loadRows(what, sides, `JetStream publish by nats.js, ${workers} in flight`));
  }
  return rows;
}

/** From the beginning of an append until the read models in PostgreSQL show it, with nothing else going on. */
async function visible(raw: RawStream, dsn: string): Promise<BenchRow[]> {
  const databases = postgresDatabases(postgresSettings(dsn));
  const { openDatabase } = databases;
  const { service } = await openCatalog({ log: raw.log, openDatabase, now: () => new Date() });
  const pool = new PostgresPool(postgresSettings(dsn));
  await pool.query('CREATE TABLE plain (id bigserial PRIMARY KEY, events text NOT NULL)');
  let n = 0;
  const append = async (): Promise<void> => {
    const appended = await raw.log.append({
      ...catalogueCommit((n += 1), Infinity),
      expectedVersion: 0,
    });
    if (appended.kind !== 'appended' || !(await service.projector.reached(appended.sequence))) {
      throw new Error('A commit did not get into the read models.');
    }
  };
  const payload = JSON.stringify(catalogueCommit(0, Infinity).events);
  const byHand = async (): Promise<void> => {
    await raw.publish({ payload });
    await pool.query('INSERT INTO plain (events) VALUES ($1)', [payload]);
  };
  const sides = await inTurn(
    () => timeEach(append),
    () => timeEach(byHand),
  );
  await service.stop();
  await pool.end();
  await databases.close();
  const baselineName = 'a JetStream publish, then an INSERT into PostgreSQL';
  return loadRows('append until the read models show it', sides, baselineName).slice(1);
}

async function timeEach(work: () => Promise<void>): Promise<Load> {
  const took: number[] = [];
  for (let n = 0; n < VISIBLE; n += 1) {
    const from = performance.now();
    await work();
    took.push(performance.now() - from);
  }
  return { perSecond: NaN, p50: percentileOf(took, 0.5), p99: percentileOf(took, 0.99) };
}

async function takeOverRows(stage: DistributedStage): Promise<BenchRow[]> {
  const client = await CatalogueClient.signIn(gatewaysOf(stage), stage.password);
  const found = await takeOvers(stage, client, ROUNDS);
  client.close();
  const row = (what: string, key: keyof (typeof found)[number]): BenchRow =>
    rowOf({
      what,
      unit: 'ms',
      ours: medianOf(found.map((one) => one[key])),
      baseline: LEASE_MS,
      baselineName: 'the time that a lease lasts',
    });
  return [
    row('kill -9 of the process that leads: until another has written the read models', 'tookMs'),
    row('the slowest command meanwhile, through the gateways', 'slowestMs'),
  ];
}

async function inTurn(ours: () => Promise<Load>, baseline: () => Promise<Load>): Promise<Sides> {
  const sides: { ours: Load[]; baseline: Load[] } = { ours: [], baseline: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    sides.ours.push(await ours());
    sides.baseline.push(await baseline());
  }
  return sides;
}

function loadRows(what: string, { ours, baseline }: Sides, baselineName: string): BenchRow[] {
  const row = (named: string, unit: string, key: keyof Load): BenchRow => {
    const [mine, theirs] = [ours, baseline].map((side) => medianOf(side.map((one) => one[key])));
    return rowOf({ what: named, unit, ours: mine ?? NaN, baseline: theirs ?? NaN, baselineName });
  };
  return [
    row(what, '1/s', 'perSecond'),
    row(`${what}: p50`, 'ms', 'p50'),
    row(`${what}: p99`, 'ms', 'p99'),
  ];
}
