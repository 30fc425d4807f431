// Goal: what a long history costs, and what it does not: a command must not become slower with the log.
// Method: the catalogue's service in a process of its own on a log of a million events and on one of a thousand, in turn,
//         once with files (SQLite) and once with servers (JetStream that syncs always, PostgreSQL). What is asked for is
//         never in the process's memory: each app is changed once, each commit read once.
import { setTimeout as rest } from 'node:timers/promises';
import { encodeEvents } from '#shared/adapters/commit-size.js';
import { streamNamed } from '#test/support/commits.js';
import { startPostgres } from '#test/support/postgres-server.js';
import { type BenchRow, medianOf, rowOf } from './bench-row.js';
import { catalogueCommit, type LogSize } from './catalogue-commits.js';
import type { Started, Task, Timed, Worked } from './catalogue-process.js';
import {
  residentMib,
  type Running,
  type Side,
  sideInFiles,
  sideOnServers,
  startOn,
} from './catalogue-sides.js';

const MILLION: LogSize = { events: 1_000_000, apps: 20_000 };
const THOUSAND: LogSize = { events: 1_000, apps: 1_000 };
const ROUNDS = 5;
const REPLAYS = 3;
/** Of each kind in a round; all rounds together ask for no app or commit twice. */
const ASKED = THOUSAND.apps / ROUNDS;
const READ_MODEL = 'catalog.applications';
const REBUILD: Task = { do: 'rebuild', readModel: READ_MODEL };
const BYTES_SAMPLE = 1_000;
/** So long a server knows command ids by heart, and a little more. */
const WINDOW_MS = 610_000;

/** Both sides of a comparison: the long log, and the short one that it is measured against. */
type Both<T> = Readonly<{ million: T; thousand: T }>;
type Names = Readonly<{ log: string; models: string }>;

/** A million events in files, then on servers. Takes about fifteen minutes and 4 GB below /tmp. */
export async function benchMillion(): Promise<BenchRow[]> {
  const postgres = await startPostgres();
  try {
    const servers = {
      million: await sideOnServers(MILLION, postgres),
      thousand: await sideOnServers(THOUSAND, postgres),
    };
    const windowOver = rest(WINDOW_MS);
    const busy = await benchServers(servers, 'all of it within the last 10 minutes');
    const files = { million: await sideInFiles(MILLION), thousand: await sideInFiles(THOUSAND) };
    const inFiles = await benchSides(files, { log: 'SQLite log', models: 'SQLite' });
    await windowOver;
    const quiet = await benchServers(servers, 'older than that');
    const onServers = await benchSides(servers, { log: 'JetStream', models: 'PostgreSQL' });
    return [...inFiles, ...busy, ...quiet, ...onServers];
  } finally {
    await postgres.stop();
  }
}

async function benchSides(sides: Both<Side>, { log, models }: Names): Promise<BenchRow[]> {
  const title = `${log}, ${models}`;
  const first = await startOn(sides.million);
  await first.end();
  await (await startOn(sides.thousand)).end();
  const starts = await inTurn(ROUNDS, async (size) => {
    const running = await startOn(sides[size]);
    await running.end();
    return running.started;
  });
  const running = {
    million: await startOn(sides.million),
    thousand: await startOn(sides.thousand),
  };
  const scanned = await manyTimes(running.million, { do: 'scan' });
  const rows = [
    ...(await rowsOfSizes(sides.million, { log, models })),
    rowOfReplay(`${title}: first start, all four read models`, [first.started], scanned),
    rowOfBoth(`${title}: opening the log`, 'ms', of(starts, 'openMs')),
    rowOfBoth(`${title}: start of a service that is up to date`, 'ms', of(starts, 'startMs')),
    rowOfBoth(`${title}: memory of its process then`, 'MiB', of(starts, 'rssMib')),
    ...(await rowsOfAsking(running, title)),
    rowOfReplay(
      `${title}: rebuild of ${READ_MODEL}`,
      await manyTimes(running.million, REBUILD),
      scanned,
    ),
  ];
  for (const one of Object.values(running)) await one.end();
  for (const side of [sides.million, sides.thousand]) await side.remove();
  return rows;
}

/** What the server itself makes of a long stream, and of commands that it must still tell from repeated ones. */
async function benchServers(sides: Both<Side>, when: string): Promise<BenchRow[]> {
  const restarted = (signal: NodeJS.Signals) =>
    inTurn(ROUNDS, async (size) => {
      const { nats } = sides[size];
      await nats?.kill(signal);
      const from = performance.now();
      await nats?.restart();
      return performance.now() - from;
    });
  const [orderly, killed] = [await restarted('SIGTERM'), await restarted('SIGKILL')];
  const memory = await inTurn(1, async (size) => residentMib(sides[size].nats?.pid() ?? 0));
  return [
    rowOfBoth(`nats-server, ${when}: start after an orderly end`, 'ms', orderly),
    rowOfBoth(`nats-server, ${when}: start after kill -9`, 'ms', killed),
    rowOfBoth(`nats-server, ${when}: memory after its start`, 'MiB', memory),
  ];
}

async function rowsOfSizes(side: Side, { log, models }: Names): Promise<BenchRow[]> {
  const json = (jsonBytes() * side.size.events) / 1_024 ** 2;
  const [logMib, modelsMib] = [side.logMib(), await side.modelsMib()];
  const what = `${log} of 1,000,000 events on disk`;
  const read = `read models of the catalogue in ${models}, of 1,000,000 events`;
  const common = { unit: 'MiB', baseline: json, baselineName: 'the JSON of its events' };
  return [
    rowOf({ ...common, what, ours: logMib }),
    rowOf({
      ...common,
      what: read,
      ours: modelsMib,
      note: 'a row a command, and a row or two an app',
    }),
  ];
}

/** Of the events of a commit, on average. */
function jsonBytes(): number {
  const { events, apps } = MILLION;
  const lengths = Array.from({ length: BYTES_SAMPLE }, (_, i) =>
    Buffer.byteLength(encodeEvents(catalogueCommit((i * events) / BYTES_SAMPLE, apps))),
  );
  return lengths.reduce((sum, length) => sum + length, 0) / BYTES_SAMPLE;
}

async function rowsOfAsking(running: Both<Running>, title: string): Promise<BenchRow[]> {
  const tasks: Readonly<Record<string, (size: LogSize, round: number) => Task>> = {
    'a command, append and read models': (size, round) => ({
      do: 'revise',
      ids: spread(size.apps, round).map((n) => `app-${n}`),
      name: `Changed in round ${round}`,
    }),
    'the last commit of a stream': (size, round) => ({
      do: 'last',
      streams: spread(size.apps, round).map((n) => streamNamed(`app-${n}`)),
    }),
    'one commit': (size, round) => ({
      do: 'read',
      sequences: spread(size.events, round).map((n) => n + 1),
    }),
  };
  const rows: BenchRow[] = [];
  for (const [what, task] of Object.entries(tasks)) {
    const times = await inTurn(ROUNDS, (size, round) => {
      const side = size === 'million' ? MILLION : THOUSAND;
      return running[size].ask<Timed>(task(side, round));
    });
    for (const share of ['p50', 'p99'] as const) {
      rows.push(rowOfBoth(`${title}: ${what}, ${share}`, 'ms', of(times, share)));
    }
  }
  return rows;
}

/** Numbers below `count`, far from each other and other ones in each round. */
const spread = (count: number, round: number): number[] =>
  Array.from({ length: ASKED }, (_, i) =>
    Math.floor(((i * ROUNDS + round) * count) / (ASKED * ROUNDS)),
  );

async function manyTimes(running: Running, task: Task): Promise<Worked[]> {
  const worked: Worked[] = [];
  for (let round = 0; round < REPLAYS; round += 1) worked.push(await running.ask<Worked>(task));
  return worked;
}

/** Of a million events, against only reading them. */
function rowOfReplay(
  what: string,
  replayed: readonly (Worked | Started)[],
  scanned: readonly Worked[],
): BenchRow {
  const rates = replayed.map((one) =>
    'perSecond' in one ? one.perSecond : (MILLION.events / one.startMs) * 1_000,
  );
  const memory = medianOf(replayed.map(({ rssMib }) => rssMib));
  return rowOf({
    what,
    unit: 'events/s',
    ours: medianOf(rates),
    baseline: medianOf(scanned.map(({ perSecond }) => perSecond)),
    baselineName: 'reading and parsing them',
    note: `${Math.round(memory)} MiB of memory after it`,
  });
}

/** Measures the long log and the short one in turn. */
async function inTurn<T>(
  rounds: number,
  measure: (size: keyof Both<T>, round: number) => Promise<T>,
): Promise<Both<T[]>> {
  const found: Both<T[]> = { million: [], thousand: [] };
  for (let round = 0; round < rounds; round += 1) {
    found.million.push(await measure('million', round));
    found.thousand.push(await measure('thousand', round));
  }
  return found;
}

const of = <T extends Started | Timed>(both: Both<T[]>, key: keyof T): Both<number[]> => ({
  million: both.million.map((one) => one[key] as number),
  thousand: both.thousand.map((one) => one[key] as number),
});

const rowOfBoth = (what: string, unit: string, { million, thousand }: Both<number[]>): BenchRow =>
  rowOf({
    what,
    unit,
    ours: medianOf(million),
    baseline: medianOf(thousand),
    baselineName: 'the same on a log of 1,000',
  });
