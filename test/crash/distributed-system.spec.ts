// Goal: whatever dies, hangs or is restarted in a distributed Sortie, no acknowledged write is lost, none is doubled, every
// projection is what a rebuild makes of the log, the trail has all of it, and desktops are as the log says.
// Method: two gateways, two replicas of every service, NATS and PostgreSQL, as processes of this machine. Clients write
// through both gateways while a schedule made from the printed seed breaks one or two parts at a time; the log is read
// past Sortie's own code, and compared with what the clients were told (test/support/history.ts).
import { afterAll, beforeAll, expect, it, onTestFailed } from 'vitest';
import { Client } from '#test/support/client.js';
import {
  type DistributedStage,
  startDistributed,
  TWO_OF_EVERYTHING,
} from '#test/support/distributed-stage.js';
import {
  type Breakable,
  type Fault,
  faultLine,
  nextFault,
  rest,
  strike,
} from '#test/support/fault-schedule.js';
import {
  CatalogueWorker,
  Contested,
  creationOf,
  SHARED_APPS,
  useDesktops,
} from '#test/support/fault-workload.js';
import { historyFaults, historyFigures, type LoggedCommit } from '#test/support/history.js';
import { liveRuntimes } from '#test/support/live-runtimes.js';
import { seededRandom } from '#test/support/random.js';
import { nothingYet, RecordingClient } from '#test/support/recording-client.js';
import { sessionFaults, sessionsIn } from '#test/support/session-faults.js';
import { trailFaults, type TrailEntry } from '#test/support/trail-faults.js';
import { chosenFirst } from '#test/support/sortie.js';
import { until } from '#test/support/waits.js';

const SECONDS = Number(process.env['CRASH_SECONDS'] ?? 90);
const WORKERS = 8;
/** From everything being there again to a write that succeeds, through each gateway. */
const RECOVERY_MS_MAX = 60_000;
const LAST_ANSWERS_MS_MAX = 60_000;
/** A place that was taken for a session that never came is given back after a minute. */
const SETTLED_MS_MAX = 90_000;
const seed = Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000);

type Part = keyof typeof TWO_OF_EVERYTHING | 'nats' | 'postgres';

const random = seededRandom(seed);
const recorded = nothingYet();
let stage: DistributedStage<keyof typeof TWO_OF_EVERYTHING>;
let password: string;

beforeAll(async () => {
  stage = await startDistributed({ processes: TWO_OF_EVERYTHING });
  password = await chosenFirst(gateways()[0]?.url ?? '', stage.password);
}, 180_000);
afterAll(() => stage?.close());

const gateways = () => [stage.processes['gateway-a'], stage.processes['gateway-b']];

/** Signs somebody in who uses any gateway, or one only. */
async function person(giveUp: AbortSignal, number: number, through = gateways()) {
  // Of its own, so that none takes those that the schedule is made from.
  const own = seededRandom(seed * 1_000 + number);
  const client = new RecordingClient({ gateways: through, random: own, recorded, giveUp });
  return { client: await client.signIn('admin', password), random: own };
}

function breakableParts(): Record<Part, Breakable> {
  const { nats, postgres, processes } = stage;
  const server = (one: typeof nats | typeof postgres): Breakable => ({
    kill: () => one.kill(),
    start: () => one.restart(),
    pause: () => one.pause(),
    resume: () => one.resume(),
    restart: () => one.restart(),
  });
  return { ...processes, nats: server(nats), postgres: server(postgres) };
}

const endsOfSuccess = (): number[] =>
  recorded.operations
    .flatMap(({ attempts }) => attempts)
    .filter(({ outcome }) => outcome === 'ok')
    .map(({ endedAt }) => endedAt);

/** When a write first succeeded that was sent after a moment, through the gateway of that name. */
const succeededSince = (moment: number, gateway: string) =>
  recorded.operations.some(({ attempts }) =>
    attempts.some((a) => a.outcome === 'ok' && a.gateway === gateway && a.startedAt > moment),
  );

type Struck = Readonly<{ fault: Fault; from: number; mended: number }>;

/** Breaks and mends until the time is over. */
async function breakThings(): Promise<Struck[]> {
  const parts = breakableParts();
  const struck: Struck[] = [];
  const end = performance.now() + SECONDS * 1_000;
  while (performance.now() < end) {
    const fault = nextFault(random, Object.keys(parts));
    const from = performance.now();
    await strike(fault, parts);
    const mended = performance.now();
    await until(
      `writes through both gateways after: ${faultLine(fault)}`,
      () => gateways().every(({ name }) => succeededSince(mended, name)),
      RECOVERY_MS_MAX,
    );
    struck.push({ fault, from, mended });
    await rest(fault.calmMs);
  }
  return struck;
}

/** Clients write and parts break, until the time is over and every write is answered. */
async function run(): Promise<Struck[]> {
  const stop = new AbortController();
  const giveUp = new AbortController();
  const contested = new Contested();
  const { client: admin } = await person(giveUp.signal, 0);
  for (const id of SHARED_APPS) await admin.carryOut(creationOf(id, `${id}/create`));
  const workers = await Promise.all([
    // These two tell how long nothing could be written: the others soon all wait for whatever hangs.
    ...gateways().map((gateway, number) => person(giveUp.signal, 1 + number, [gateway])),
    ...Array.from({ length: WORKERS }, (_, number) => person(giveUp.signal, 10 + number)),
  ]);
  const working = [
    useDesktops({ name: 'desktops', ...(await person(giveUp.signal, 3)) }, stop.signal),
    ...workers.map((worker, number) =>
      new CatalogueWorker({ name: `w${number}`, ...worker, contested }).work(stop.signal),
    ),
  ];
  const done = Promise.all(working);
  // Whoever fails early ends the run early, too.
  const struck = await Promise.race([breakThings(), done.then(() => [] as Struck[])]);
  stop.abort();
  const timer = setTimeout(() => giveUp.abort(), LAST_ANSWERS_MS_MAX);
  await done;
  clearTimeout(timer);
  return struck;
}

function tellFigures(struck: readonly Struck[], log: readonly LoggedCommit[]): void {
  const kinds = new Map<string, number>();
  for (const { part, kind } of struck.flatMap(({ fault }) => fault.blows)) {
    kinds.set(`${kind} ${part}`, (kinds.get(`${kind} ${part}`) ?? 0) + 1);
  }
  const ends = endsOfSuccess().toSorted((a, b) => a - b);
  const waits = struck.map(({ fault, from, mended }) => {
    const next = (moment: number) => (ends.find((end) => end > moment) ?? Infinity) - moment;
    const inside = ends.filter((end) => end > from && end < mended);
    const gaps = [from, ...inside, mended + next(mended)].map(
      (end, n, all) => end - (all[n - 1] ?? end),
    );
    return { fault, gap: Math.max(...gaps), after: next(mended) };
  });
  const longest = waits.toSorted((a, b) => b.gap - a.gap)[0];
  const slowest = waits.toSorted((a, b) => b.after - a.after)[0];
  const failures = sessionsIn(log).flatMap(({ failure }) => failure ?? []);
  const seconds = (ms = 0) => `${(ms / 1_000).toFixed(1)} s`;
  console.info(
    [
      `CRASH_SEED=${seed} CRASH_SECONDS=${SECONDS}: ${JSON.stringify(historyFigures(recorded))}`,
      `${log.length} commits, ${sessionsIn(log).length} sessions, of which failed: ${failures.join('; ') || 'none'}`,
      `${struck.length} faults: ${[...kinds]
        .toSorted(([a], [b]) => a.localeCompare(b))
        .map(([kind, n]) => `${kind} ${n}`)
        .join(', ')}`,
      `longest without a successful write: ${seconds(longest?.gap)} (${longest && faultLine(longest.fault)})`,
      `longest after everything was back: ${seconds(slowest?.after)} (${slowest && faultLine(slowest.fault)})`,
    ].join('\n'),
  );
}

/** Every read model follows the log to its head. */
async function projectionsOf(client: Client): Promise<{ name: string }[]> {
  return until(
    'every projection is at the head of the log',
    async () => {
      const { status, body } = await client.get('/api/projections');
      if (status !== 200) return undefined;
      const isThere = body.projections.every((p: { lag: number }) => p.lag === 0);
      return isThere && body.projections;
    },
    SETTLED_MS_MAX,
  );
}

async function wholeTrail(client: Client): Promise<TrailEntry[]> {
  const entries: TrailEntry[] = [];
  let cursor = '';
  do {
    const { body } = await client.get(`/api/audit?limit=1000${cursor}`);
    entries.push(...body.entries);
    cursor = body.next_cursor ? `&cursor=${body.next_cursor}` : '';
  } while (cursor);
  return entries;
}

async function expectRebuildsEqual(client: Client): Promise<void> {
  const projections = await projectionsOf(client);
  expect(projections.length).toBeGreaterThan(8);
  for (const { name, ...status } of projections) {
    expect(status, name).toMatchObject({ status: 'live', error: null });
    const report = await client.post(`/api/projections/${name}/rebuild`);
    expect(report.status, `${name}: ${JSON.stringify(report.body)}`).toBe(200);
    expect(report.body.hashAfter, name).toBe(report.body.hashBefore);
  }
}

it(
  `nothing is lost or doubled in ${SECONDS} s of faults (CRASH_SEED=${seed})`,
  async () => {
    onTestFailed(() => console.error(`CRASH_SEED=${seed}\n${stage.output()}`));
    const struck = await run();
    let sessions: string[] = [];
    await until(
      'desktops are as the log says',
      async () => {
        sessions = sessionFaults(await stage.log(), liveRuntimes(stage.runtimeDir));
        return sessions.length === 0;
      },
      SETTLED_MS_MAX,
    ).catch(() => undefined);
    const client = await new Client(gateways()[0]?.url ?? '').signIn('admin', password);
    const log = await stage.log();
    tellFigures(struck, log);
    await projectionsOf(client);
    expect({
      history: historyFaults(recorded, log),
      oddities: [...recorded.oddities],
      sessions,
      trail: trailFaults(recorded.operations, log, await wholeTrail(client)),
    }).toEqual({ history: [], oddities: [], sessions: [], trail: [] });
    await expectRebuildsEqual(client);
  },
  (SECONDS + 300) * 1_000,
);
