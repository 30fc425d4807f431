import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import {
  type DockerRuntimeSettings,
  openDockerRuntimeDriver,
} from '#services/session/adapters/docker-runtime-driver.js';
import type {
  Runtime,
  RuntimeDriver,
  RuntimeSpec,
} from '#services/session/adapters/runtime-driver.js';
import { buildDesktopImages, DESKTOP_IMAGES, docker } from './docker-images.js';
import { DockerMachine } from './docker-machine.js';
import { until } from './waits.js';

export const DOCKER_SOCKET = '/var/run/docker.sock';
const START_MS_MAX = 60_000;
const BUILD_MS_MAX = 600_000;

/** What the engine tells of a container, as far as tests look at it. */
export type Inspected = Readonly<{
  Name: string;
  State: Readonly<{ ExitCode: number }>;
  Config: Readonly<{ User: string; Labels: Record<string, string>; Env: string[] }>;
  HostConfig: Readonly<Record<string, unknown>>;
  Mounts: readonly Readonly<{ Type: string; Name?: string; Destination: string; RW: boolean }>[];
}>;

/** The Docker driver on this machine's engine; each test has a runtime folder of its own and leaves nothing. */
export class DockerStage {
  folder!: string;
  readonly #opened: { driver: RuntimeDriver; runtimeDir: string }[] = [];

  constructor() {
    beforeAll(async () => {
      await buildDesktopImages();
    }, BUILD_MS_MAX);
    beforeEach(async () => {
      this.folder = await mkdtemp(join(tmpdir(), 'sortie-docker-'));
    });
    afterEach(() => this.#clean());
    afterAll(async () => {
      const mine = await docker('ps', '--all', '--quiet', '--filter', 'label=sortie-test');
      if (mine !== '') await docker('rm', '--force', '--volumes', ...mine.split('\n'));
    });
  }

  get runtimeDir(): string {
    return join(this.folder, 'run');
  }

  get machine(): DockerMachine {
    return new DockerMachine(this.runtimeDir);
  }

  async open(settings: Partial<DockerRuntimeSettings> = {}): Promise<RuntimeDriver> {
    const all = {
      runtimeDir: this.runtimeDir,
      socketPath: DOCKER_SOCKET,
      displayImage: DESKTOP_IMAGES.display,
      ...settings,
    };
    const driver = await openDockerRuntimeDriver(all);
    this.#opened.push({ driver, runtimeDir: all.runtimeDir });
    return driver;
  }

  /** A session that runs a shell script in a terminal, or the image's own command. */
  spec(script?: string, over: Partial<RuntimeSpec> = {}): RuntimeSpec {
    return {
      sessionId: randomUUID(),
      image: DESKTOP_IMAGES.terminal,
      geometry: { width: 640, height: 480 },
      lifetimeSeconds: 300,
      ...(script !== undefined && { command: ['xterm', '-hold', '-e', 'sh', '-c', script] }),
      ...over,
    };
  }

  start(driver: RuntimeDriver, spec: RuntimeSpec): Promise<Runtime> {
    return driver.start(spec, AbortSignal.timeout(START_MS_MAX));
  }

  /** Starts a script and answers what it printed. */
  async ask(driver: RuntimeDriver, script: string): Promise<string> {
    const spec = this.spec(`( ${script} ) >.new 2>&1; mv .new result`);
    await this.start(driver, spec);
    const read = () => this.machine.readWorkspace(spec.sessionId, 'result');
    return until('the script', async () => (await read()) ?? false, START_MS_MAX);
  }

  async inspect(sessionId: string): Promise<{ app: Inspected; display: Inspected }> {
    const names = [`sortie-${sessionId}`, `sortie-${sessionId}-display`];
    const [app, display] = JSON.parse(await docker('inspect', ...names)) as Inspected[];
    if (!app || !display) throw new Error('Docker told nothing.');
    return { app, display };
  }

  async #clean(): Promise<void> {
    const opened = this.#opened.splice(0);
    for (const { driver } of opened) await driver.close();
    const left: string[] = [];
    for (const { runtimeDir } of opened) {
      const sweeper = await openDockerRuntimeDriver({
        runtimeDir,
        socketPath: DOCKER_SOCKET,
        displayImage: DESKTOP_IMAGES.display,
      });
      for (const { sessionId } of await sweeper.list()) await sweeper.stop(sessionId);
      await sweeper.close();
      left.push(...(await new DockerMachine(runtimeDir).leftovers()));
    }
    await rm(this.folder, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`Sessions left ${left.join(', ')}.`);
  }
}
