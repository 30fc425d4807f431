// Goal: what a session costs over the bare display server that it is built on.
// Method: driver start to first framebuffer, app shown, against a bare Xtigervnc spawn to first framebuffer;
//         alternating runs, medians, the same RFB client for both.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchRow, medianOf, rowOf } from './bench-row.js';
import { openProcessRuntimeDriver } from '#services/session/adapters/process-runtime-driver.js';
import type { RuntimeDriver } from '#services/session/adapters/runtime-driver.js';
import { RfbClient } from '#test/support/rfb-client.js';

const RUNS = 9;
const WARM_UPS = 2;
const GEOMETRY = { width: 1280, height: 800 };
const START_MS_MAX = 20_000;

interface Sample {
  readonly started: number;
  readonly pictured: number;
  readonly stopped: number;
}

/** Times the launch of a session; takes some seconds and needs the packages of the process runtime. */
export async function benchLaunch(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-bench-'));
  await chmod(folder, 0o711);
  const driver = await openProcessRuntimeDriver({ runtimeDir: join(folder, 'run') });
  const ours: Sample[] = [];
  const bare: Sample[] = [];
  try {
    for (let run = 0; run < RUNS + WARM_UPS; run++) {
      ours.push(await timeDriver(driver, `bench-${run}`));
      bare.push(await timeBare(join(folder, `bare-${run}.sock`)));
    }
  } finally {
    for (const { sessionId } of await driver.list()) await driver.stop(sessionId);
    await driver.close();
    await rm(folder, { recursive: true, force: true });
  }
  const row = (what: string, step: keyof Sample, note: string): BenchRow => {
    const timed = (samples: readonly Sample[]): number =>
      medianOf(samples.slice(WARM_UPS).map((sample) => sample[step]));
    const baselineName = 'bare Xtigervnc';
    return rowOf({
      what,
      unit: 'ms',
      ours: timed(ours),
      baseline: timed(bare),
      baselineName,
      note,
    });
  };
  return [
    row(
      'start until the RFB socket accepts',
      'started',
      'ours: isolated, window manager, app shown',
    ),
    row(
      'start until the first framebuffer',
      'pictured',
      'ours: the first picture has the app in it',
    ),
    row(
      'stop until nothing is left',
      'stopped',
      'ours: processes, socket and workspace; bare: one process',
    ),
  ];
}

async function timeDriver(driver: RuntimeDriver, sessionId: string): Promise<Sample> {
  const spec = { sessionId, image: 'sortie/terminal', geometry: GEOMETRY, lifetimeSeconds: 60 };
  const began = performance.now();
  const { endpoint } = await driver.start(spec, AbortSignal.timeout(START_MS_MAX));
  const started = performance.now() - began;
  const pictured = started + (await timePicture(endpoint));
  const ending = performance.now();
  await driver.stop(sessionId);
  return { started, pictured, stopped: performance.now() - ending };
}

async function timeBare(path: string): Promise<Sample> {
  const flags = ['-displayfd', '3', '-geometry', '1280x800', '-depth', '24', '-rfbport', '-1'];
  const socket = ['-rfbunixpath', path, '-rfbunixmode', '0600', '-SecurityTypes', 'None'];
  const began = performance.now();
  const child = spawn('Xtigervnc', [...flags, ...socket, '-nolisten', 'tcp', '-noreset'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const ready = child.stdio[3];
  if (!ready) throw new Error('Xtigervnc has no descriptor to tell its display on.');
  await once(ready, 'data');
  const started = performance.now() - began;
  const pictured = started + (await timePicture({ kind: 'unix', path }));
  const ending = performance.now();
  const gone = once(child, 'exit');
  child.kill();
  await gone;
  return { started, pictured, stopped: performance.now() - ending };
}

async function timePicture(endpoint: Parameters<typeof RfbClient.connect>[0]): Promise<number> {
  const began = performance.now();
  const viewer = await RfbClient.connect(endpoint);
  await viewer.nextUpdate();
  const took = performance.now() - began;
  viewer.close();
  return took;
}
