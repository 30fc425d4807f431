// Goal: what a session in Docker costs over a container with nothing but a VNC server, in time and in memory.
// Method: driver start to first framebuffer, app shown, against `docker run` of the display's own image with Xtigervnc
//         alone and without any wall; alternating runs, medians, the same RFB client for both. Memory is what the
//         containers' control groups hold without the file cache that the kernel may drop, and the engine's shims.
import { randomUUID } from 'node:crypto';
import { chown, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDockerRuntimeDriver } from '#services/session/adapters/docker-runtime-driver.js';
import type { RuntimeDriver } from '#services/session/adapters/runtime-driver.js';
import { buildDesktopImages, type DesktopImages, docker } from '#test/support/docker-images.js';
import { processGroup } from '#test/support/docker-machine.js';
import { RfbClient } from '#test/support/rfb-client.js';
import { until } from '#test/support/waits.js';
import { type BenchRow, medianOf, rowOf } from './bench-row.js';

const RUNS = 9;
const WARM_UPS = 2;
const GEOMETRY = { width: 1280, height: 800 };
const START_MS_MAX = 60_000;
const DISPLAY_ID = 10_001;
const MIB = 1024 ** 2;

interface Sample {
  readonly pictured: number;
  readonly stopped: number;
  readonly memoryMib: number;
}

/** Times the launch of sessions in Docker; takes a minute, and builds the images when they are missing. */
export async function benchDocker(): Promise<BenchRow[]> {
  const images = await buildDesktopImages();
  const folder = await mkdtemp(join(tmpdir(), 'sortie-bench-'));
  const driver = await openDockerRuntimeDriver({
    runtimeDir: join(folder, 'run'),
    socketPath: '/var/run/docker.sock',
    displayImage: images.display,
  });
  const ours: Sample[] = [];
  const bare: Sample[] = [];
  try {
    for (let run = 0; run < RUNS + WARM_UPS; run += 1) {
      ours.push(await timeDriver(driver, images.terminal));
      bare.push(await timeBare(join(folder, `bare-${run}`), images));
    }
  } finally {
    for (const { sessionId } of await driver.list()) await driver.stop(sessionId);
    await driver.close();
    await rm(folder, { recursive: true, force: true });
  }
  const middle = (samples: readonly Sample[], step: keyof Sample): number =>
    medianOf(samples.slice(WARM_UPS).map((sample) => sample[step]));
  const row = (what: string, unit: string, step: keyof Sample, note: string): BenchRow => {
    const measured = { ours: middle(ours, step), baseline: middle(bare, step) };
    return rowOf({ what, unit, ...measured, baselineName: 'docker run of Xtigervnc', note });
  };
  const perGib = Math.floor(1_024 / middle(ours, 'memoryMib'));
  return [
    row(
      'Docker: start until the first framebuffer',
      'ms',
      'pictured',
      'ours: two containers, the app shown',
    ),
    row(
      'Docker: stop until nothing is left',
      'ms',
      'stopped',
      'ours: app asked first; two containers, two volumes',
    ),
    row(
      'Docker: memory of a session',
      'MiB',
      'memoryMib',
      `a terminal; ${perGib} of them in a GiB`,
    ),
  ];
}

async function timeDriver(driver: RuntimeDriver, image: string): Promise<Sample> {
  const sessionId = randomUUID();
  const spec = { sessionId, image, geometry: GEOMETRY, lifetimeSeconds: 120 };
  const began = performance.now();
  const { endpoint, name } = await driver.start(spec, AbortSignal.timeout(START_MS_MAX));
  await takePicture(endpoint);
  const pictured = performance.now() - began;
  const memoryMib = await memoryOf([name, `${name}-display`]);
  const ending = performance.now();
  await driver.stop(sessionId);
  return { pictured, stopped: performance.now() - ending, memoryMib };
}

async function timeBare(folder: string, images: DesktopImages): Promise<Sample> {
  await mkdir(folder);
  await chown(folder, DISPLAY_ID, DISPLAY_ID);
  const name = `sortie-bench-${randomUUID()}`;
  const flags = [':0', '-geometry', '1280x800', '-depth', '24', '-SecurityTypes', 'None'];
  const socket = ['-rfbport', '-1', '-rfbunixpath', '/told/rfb.sock', '-rfbunixmode', '0600'];
  const container = [
    '--detach',
    '--name',
    name,
    '--network',
    'none',
    '--volume',
    `${folder}:/told`,
  ];
  const began = performance.now();
  await docker(
    'run',
    ...container,
    '--entrypoint',
    'Xtigervnc',
    images.display,
    ...flags,
    ...socket,
  );
  const path = join(folder, 'rfb.sock');
  const connect = () =>
    takePicture({ kind: 'unix', path }).then(
      () => true,
      () => false,
    );
  await until('the greeting', connect, START_MS_MAX);
  const pictured = performance.now() - began;
  const memoryMib = await memoryOf([name]);
  const ending = performance.now();
  await docker('rm', '--force', '--volumes', name);
  return { pictured, stopped: performance.now() - ending, memoryMib };
}

async function takePicture(endpoint: Parameters<typeof RfbClient.connect>[0]): Promise<void> {
  const viewer = await RfbClient.connect(endpoint);
  await viewer.nextUpdate();
  viewer.close();
}

/** What containers hold, as `docker stats` counts it, with what the engine has for each. */
async function memoryOf(names: readonly string[]): Promise<number> {
  const pids = await docker('inspect', '--format', '{{.State.Pid}}', ...names);
  const held = await Promise.all(pids.split('\n').map((pid) => heldBy(Number(pid))));
  return held.reduce((sum, bytes) => sum + bytes, 0) / MIB;
}

async function heldBy(pid: number): Promise<number> {
  const group = processGroup(pid, 'memory');
  const read = (file: string) => readFile(join(group, file), 'utf8').catch(() => '');
  const used = Number((await read('memory.usage_in_bytes')) || (await read('memory.current')));
  const idle = /^(?:total_inactive_file|inactive_file) (\d+)$/m.exec(
    await read('memory.stat'),
  )?.[1];
  return used - Number(idle ?? 0) + (await shimOf(pid));
}

/** The engine's own process above each container, which no bound of the container's counts. */
async function shimOf(pid: number): Promise<number> {
  const parent = /^PPid:\s+(\d+)$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
  const shares = await readFile(`/proc/${parent}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB$/m.exec(shares)?.[1] ?? 0) * 1_024;
}
