import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import type { ServiceName } from '#shared/contracts/permissions.js';
import { freeze } from './frozen.js';
import { until } from './waits.js';

/** npm runs scripts in the package's folder, for tests and benches alike. */
const entry = resolve('dist/services/main.js');
const START_MS_MAX = 60_000;
const START_AGAIN_MS = 500;
/** The end of what a process has printed is what tells why it failed. */
const OUTPUT_CHARACTERS_MAX = 200_000;

export type ProcessSettings = Readonly<{
  name: string;
  services: readonly ServiceName[];
  env: Readonly<Record<string, string>>;
}>;

/** One process of a distributed Sortie, which can be ended, held and started again on the same settings. */
export class StagedProcess {
  readonly name: string;
  readonly services: readonly ServiceName[];
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #output = '';
  #readyAt = 0;

  constructor({ name, services, env }: ProcessSettings) {
    this.name = name;
    this.services = services;
    this.#env = env;
  }

  /** Everything that it has printed, over all its starts, as far as that is kept. */
  get output(): string {
    return this.#output;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get isRunning(): boolean {
    const { exitCode = 0, signalCode = null } = this.#child ?? {};
    return exitCode === null && signalCode === null;
  }

  /** Where its gateway listens, or did; another port after each start. */
  get url(): string {
    const [, url] = [...this.#output.matchAll(/Sortie is ready: (http\S+)/g)].at(-1) ?? [];
    if (url === undefined) throw new Error(`${this.name} has no gateway:\n${this.#output}`);
    return url;
  }

  /** The first administrator's password, if it was this process that made one up. */
  get password(): string | undefined {
    return /Password:\s+(\S+)/.exec(this.#output)?.[1];
  }

  /** Starts it, again and again while it ends at once, as whoever keeps services running would; resolves once it is ready. */
  async start(): Promise<void> {
    const end = performance.now() + START_MS_MAX;
    while (!(await this.#startOnce(end))) {
      if (performance.now() > end) {
        throw new Error(`${this.name} could not be started:\n${this.#output}`);
      }
      await new Promise((wake) => setTimeout(wake, START_AGAIN_MS));
    }
  }

  /** Starts it once, and resolves with its exit code when it ends by itself instead of getting ready. */
  async startInVain(): Promise<number | null> {
    const child = this.#spawn();
    // Not `exit`: what it printed last would still be on its way.
    await once(child, 'close', { signal: AbortSignal.timeout(START_MS_MAX) });
    return child.exitCode;
  }

  /** Ends it at once, or as told, and waits until it is gone; the exit code is null when it was killed. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    const child = this.#child;
    if (!child || !this.isRunning) return child?.exitCode ?? null;
    // A stopped process takes no signal but this one.
    child.kill('SIGCONT');
    child.kill(signal);
    await once(child, 'close');
    return child.exitCode;
  }

  /** It stands still, as on a machine that hangs: connections stay open, and nothing is answered. */
  pause(): void {
    if (this.#child?.pid !== undefined) freeze(this.#child.pid);
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Has it drain and end, and starts it again; the exit code is of the end. */
  async restart(): Promise<number | null> {
    const code = await this.kill('SIGTERM');
    await this.start();
    return code;
  }

  async #startOnce(end: number): Promise<boolean> {
    this.#spawn();
    const isReady = () => this.#output.indexOf('Sortie is ready:', this.#readyAt) !== -1;
    await until(
      `${this.name} gets ready or ends`,
      () => isReady() || !this.isRunning,
      Math.max(START_AGAIN_MS, end - performance.now()),
    ).catch((cause: unknown) => {
      throw new Error(`${String(cause)}:\n${this.#output}`);
    });
    return isReady();
  }

  #spawn(): ChildProcess {
    // Never outliving the tests, however those end.
    const args = ['--pdeathsig', 'KILL', process.execPath, entry];
    const env = { PATH: process.env['PATH'], ...this.#env };
    const child = spawn('setpriv', args, {
      ...{ cwd: tmpdir(), env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#readyAt = this.#output.length;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => this.#keep(chunk.toString()));
    }
    return child;
  }

  #keep(text: string): void {
    this.#output += text;
    const over = this.#output.length - OUTPUT_CHARACTERS_MAX;
    if (over <= 0) return;
    this.#output = this.#output.slice(over);
    this.#readyAt = Math.max(0, this.#readyAt - over);
  }
}
