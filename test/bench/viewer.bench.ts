// Goal: the viewer proxy is at least as fast, and as small, as the WebSocket proxy that Debian ships.
// Method: target, load, our proxy and websockify in processes of their own, on this machine, in turn;
// each figure is the median of RUNS runs, and only the ratios are worth comparing between machines.
import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { type BenchRow, medianOf, rowOf } from './bench-row.js';
import {
  BULK_BYTES,
  ECHO_BYTES,
  FLOOD_MESSAGE_BYTES,
  HANDSHAKE_BYTES,
  openLoad,
  type Load,
  type Way,
} from './viewer-load.js';
import { anonymousMib, cpuSeconds, forkBeside, startWebsockify } from './viewer-processes.js';

const RUNS = 3;
/** More, because a young process is still compiling its hot path in the first two or three. */
const TRIP_RUNS = 7;
const ROUND_TRIPS = 4_000;
const WARM_UP_TRIPS = 500;
const STALL_MS = 1_500;
const GIB = 1024 ** 3;

type Talk = 'bulk' | 'endless' | 'echo' | 'sink';
type Ports = Record<Talk, number>;
type Subject = { name: string; way(talk: Talk): Way; child(talk: Talk): ChildProcess | undefined };
type Figures = Record<string, number>;

const handshake = Buffer.concat([Buffer.from('RFB 003.008\n'), Buffer.of(1, 1)]);
/** A ClientFence, which an RFB server may get at any time, of exactly ECHO_BYTES. */
const fence = Buffer.concat([
  Buffer.of(248, 0, 0, 0, 0, 0, 0, 0, ECHO_BYTES - 9),
  Buffer.alloc(ECHO_BYTES - 9),
]);

/** Measures the proxy beside a direct connection and websockify; takes about a minute. */
export async function benchViewer(): Promise<BenchRow[]> {
  const target = await forkBeside<{ ports: Ports }>('./viewer-target.js');
  const gateway = await forkBeside<{ port: number }>('./viewer-gateway.js');
  const { ports } = target.told;
  const peers = new Map<Talk, { child: ChildProcess; port: number }>();
  for (const talk of ['bulk', 'endless', 'echo', 'sink'] as const) {
    const peer = await startWebsockify(ports[talk]);
    if (peer !== undefined) peers.set(talk, peer);
  }
  try {
    const direct: Subject = {
      name: 'direct TCP',
      way: () => ({ kind: 'direct' }),
      child: () => undefined,
    };
    const ours: Subject = {
      name: 'ours',
      way: () => ({ kind: 'websocket', port: gateway.told.port }),
      child: () => gateway.child,
    };
    const websockify: Subject = {
      name: 'websockify',
      way: (talk) => ({ kind: 'websocket', port: peers.get(talk)?.port ?? 0 }),
      child: (talk) => peers.get(talk)?.child,
    };
    return await measure(ports, { direct, ours, websockify, hasPeer: peers.size > 0 });
  } finally {
    for (const child of [target.child, gateway.child]) child.disconnect();
    // On SIGTERM websockify sometimes stays.
    for (const { child } of peers.values()) child.kill('SIGKILL');
  }
}

type Subjects = { direct: Subject; ours: Subject; websockify: Subject; hasPeer: boolean };

async function measure(ports: Ports, subjects: Subjects): Promise<BenchRow[]> {
  const all = [subjects.direct, subjects.ours, ...(subjects.hasPeer ? [subjects.websockify] : [])];
  const proxies = all.slice(1);
  // First, while the proxy's buffer pools are still empty, so that what it holds shows as growth.
  const stall = await inTurn(proxies, (subject) => measureStall(subject, ports.endless), {
    runs: RUNS,
    summary: worst,
  });
  const bulk = await inTurn(all, (subject) => measureBulk(subject, ports.bulk));
  const trips = await inTurn(all, (subject) => measureTrips(subject, ports.echo), {
    runs: TRIP_RUNS,
    summary: medianOf,
  });
  const flood = await inTurn(proxies, (subject) => measureFlood(subject, ports.sink));
  return [
    row('server to viewer', 'MB/s', bulk, 'rate'),
    row('server to viewer, CPU', 's/GiB', bulk, 'cpu', 'lower is better'),
    row('round trip p50', 'µs', trips, 'p50', 'lower is better'),
    row('round trip p99', 'µs', trips, 'p99', 'lower is better'),
    row('viewer to server, 10-byte messages', '1000/s', flood, 'rate'),
    row('stalled viewer, memory', 'MiB', stall, 'grown', `lower is better; worst of ${RUNS}`),
  ].flat();
}

type Plan = { runs: number; summary: (values: number[]) => number };

/** Measures every subject in turn, as often as the plan says, and keeps one of each figure. */
async function inTurn(
  subjects: Subject[],
  run: (subject: Subject) => Promise<Figures>,
  plan: Plan = { runs: RUNS, summary: medianOf },
) {
  const runs = new Map<string, Figures[]>(subjects.map(({ name }) => [name, []]));
  for (let at = 0; at < plan.runs; at += 1) {
    for (const subject of subjects) runs.get(subject.name)?.push(await run(subject));
  }
  const kept = new Map<string, Figures>();
  for (const [name, figures] of runs) {
    const keys = Object.keys(figures[0] ?? {});
    const one = (key: string) => plan.summary(figures.map((each) => each[key] ?? NaN));
    kept.set(name, Object.fromEntries(keys.map((key) => [key, one(key)])));
  }
  return kept;
}

const worst = (values: number[]) => Math.max(...values);

type RowShape = [
  what: string,
  unit: string,
  medians: Map<string, Figures>,
  key: string,
  note?: string,
];

/** One row against each of the others that has the figure. */
function row(...[what, unit, medians, key, note]: RowShape): BenchRow[] {
  const ours = medians.get('ours')?.[key] ?? NaN;
  return ['direct TCP', 'websockify'].flatMap((name) => {
    const other = medians.get(name)?.[key];
    if (other === undefined || Number.isNaN(other)) return [];
    const noted = note === undefined ? {} : { note };
    return [rowOf({ what, unit, ours, baseline: other, baselineName: name, ...noted })];
  });
}

async function measureBulk(subject: Subject, port: number): Promise<Figures> {
  const pid = subject.child('bulk')?.pid;
  const cpuBefore = pid === undefined ? 0 : cpuSeconds(pid);
  const startedAt = performance.now();
  const load = await openLoad(subject.way('bulk'), port);
  await load.until(BULK_BYTES);
  const seconds = (performance.now() - startedAt) / 1000;
  await leave(load);
  const rate = BULK_BYTES / 1e6 / seconds;
  if (pid === undefined) return { rate };
  return { rate, cpu: (cpuSeconds(pid) - cpuBefore) / (BULK_BYTES / GIB) };
}

async function measureTrips(subject: Subject, port: number): Promise<Figures> {
  const load = await openLoad(subject.way('echo'), port);
  load.socket.write(load.wire(handshake));
  const ping = load.wire(fence);
  const micros: number[] = [];
  let expected = HANDSHAKE_BYTES;
  await load.until(expected);
  for (let at = 0; at < WARM_UP_TRIPS + ROUND_TRIPS; at += 1) {
    expected += ECHO_BYTES;
    const startedAt = performance.now();
    load.socket.write(ping);
    await load.until(expected);
    if (at >= WARM_UP_TRIPS) micros.push((performance.now() - startedAt) * 1000);
  }
  await leave(load);
  const sorted = micros.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

async function measureFlood(subject: Subject, port: number): Promise<Figures> {
  const load = await openLoad(subject.way('sink'), port);
  // websockify takes one message at a time; ten times fewer keep the bench short.
  const messages = subject.name === 'websockify' ? 20_000 : 200_000;
  const update = Buffer.alloc(FLOOD_MESSAGE_BYTES);
  update[0] = 3;
  // The height of the asked rectangle tells the target how many thousand bytes will come.
  update.writeUInt16BE((messages * FLOOD_MESSAGE_BYTES) / 1000, 6);
  const batch = Buffer.concat(Array.from({ length: 1_000 }, () => load.wire(update)));
  const startedAt = performance.now();
  load.socket.write(load.wire(handshake));
  for (let at = 0; at < messages; at += 1_000) {
    if (!load.socket.write(batch)) await once(load.socket, 'drain');
  }
  await load.until(1);
  const seconds = (performance.now() - startedAt) / 1000;
  await leave(load);
  return { rate: messages / 1000 / seconds };
}

async function measureStall(subject: Subject, port: number): Promise<Figures> {
  const pid = subject.child('endless')?.pid ?? 0;
  const before = anonymousMib(pid);
  const load = await openLoad(subject.way('endless'), port);
  load.socket.pause();
  await new Promise((resolve) => setTimeout(resolve, STALL_MS));
  const grown = Math.max(anonymousMib(pid) - before, 0.01);
  await leave(load);
  return { grown };
}

/** Closes the load and waits until the proxy's process for it, if it forks, can have been counted. */
async function leave(load: Load): Promise<void> {
  load.socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 150));
}
