import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach } from 'vitest';
import type {
  Runtime,
  RuntimeDriver,
  RuntimeSpec,
} from '#services/session/adapters/runtime-driver.js';
import { RfbClient } from './rfb-client.js';
import { until } from './waits.js';

/** What a driver brings to be held to the contract. */
export interface RuntimeDriverHarness {
  /** Opens a driver; each call is another server on the same machine and folder. */
  open(): Promise<RuntimeDriver>;
  /** An image with sh, setsid, xterm, xclip and xdpyinfo. */
  readonly image: string;
  readonly processesMax: number;
  /** A file in the session's home, or undefined. */
  readWorkspace(sessionId: string, file: string): Promise<string | undefined>;
  /** Counts a running session's live processes, also after its end. */
  trackProcesses(sessionId: string): Promise<() => number>;
  /** Paths of the server and of another session, all there, that a session must not open. */
  forbiddenPaths(other: Runtime): Promise<readonly string[]>;
  /** Everything that sessions may leave on the machine: folders, sockets, processes, files in public places. */
  leftovers(): Promise<readonly string[]>;
  /** Starts a session in another server and kills that with SIGKILL: once it runs, or after some milliseconds. */
  startInServerThatDies(spec: RuntimeSpec, when: 'running' | number): Promise<void>;
  /** A variable that the server's environment holds. */
  readonly serverVariable: string;
}

/** The colour that XTERM paints the display with, as 0xRRGGBB. */
const BACKGROUND = 0x123456;
const START_MS_MAX = 60_000;

/** An app that fills the display with one colour. */
export const XTERM = [
  ...['xterm', '-fa', 'DejaVu Sans Mono', '-fs', '11', '-bg', '#123456', '-bw', '0'],
];

/** Runs a shell script as the app: in a terminal, so that there is a window and a keyboard. */
export function script(text: string): readonly string[] {
  return [...XTERM, '-hold', '-e', 'sh', '-c', text];
}

/** A script whose output `result()` of the stage waits for. */
export function probe(text: string): readonly string[] {
  return script(`( ${text} ) >result 2>&1; echo through >done`);
}

/** A fresh driver for each test, and what tests do with it; every test ends with nothing left behind. */
export class RuntimeStage {
  harness!: RuntimeDriverHarness;
  driver!: RuntimeDriver;
  readonly #viewers: RfbClient[] = [];

  constructor(makeHarness: () => RuntimeDriverHarness) {
    beforeEach(async () => {
      this.harness = makeHarness();
      this.driver = await this.harness.open();
    });
    afterEach(async () => {
      for (const viewer of this.#viewers.splice(0)) viewer.close();
      for (const { sessionId } of await this.driver.list()) await this.driver.stop(sessionId);
      await this.driver.close();
      const left = await this.harness.leftovers();
      if (left.length > 0) throw new Error(`The session left ${left.join(', ')}.`);
    });
  }

  spec(command?: readonly string[]): RuntimeSpec {
    return {
      sessionId: randomUUID(),
      image: this.harness.image,
      geometry: { width: 800, height: 600 },
      lifetimeSeconds: 300,
      ...(command && { command }),
    };
  }

  start(spec: RuntimeSpec): Promise<Runtime> {
    return this.driver.start(spec, AbortSignal.timeout(START_MS_MAX));
  }

  async view({ endpoint }: Runtime): Promise<RfbClient> {
    const viewer = await RfbClient.connect(endpoint);
    this.#viewers.push(viewer);
    return viewer;
  }

  /** What a `probe` found. */
  async result(sessionId: string): Promise<string> {
    await until('the probe', () => this.harness.readWorkspace(sessionId, 'done'));
    return (await this.harness.readWorkspace(sessionId, 'result')) ?? '';
  }

  /** Waits until the app has painted a place of the display. */
  async untilPainted(viewer: RfbClient, x: number, y: number): Promise<void> {
    await until(`the app's colour at ${x},${y}`, async () => {
      await viewer.nextUpdate();
      return viewer.width > x && viewer.height > y && viewer.colorAt(x, y) === BACKGROUND;
    });
  }
}
