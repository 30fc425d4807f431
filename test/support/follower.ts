import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

/** npm runs scripts in the package's folder. */
const program = resolve('examples/session-follower/follow-sessions.mjs');

/** A line that the example program has printed. */
export type FollowedEvent = Readonly<{ sequence: number; id: string; type: string }>;

/** The example program as a process, which is ended in the rudest way and started again on the same key. */
export class Follower {
  /** What it has printed over all its runs, each run's end cut off where it was ended. */
  readonly printed: FollowedEvent[] = [];
  /** What it has said went wrong. */
  complaints = '';
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;

  constructor(url: string, nkeyPath: string) {
    this.#env = { NATS_URL: url, NKEY_FILE: nkeyPath };
  }

  get isRunning(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  start(): void {
    const child = spawn(process.execPath, [program], {
      env: { PATH: process.env['PATH'], ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    let line = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const [first = '', ...others] = chunk.toString().split('\n');
      const lines = [line + first, ...others];
      line = lines.pop() ?? '';
      this.printed.push(...lines.map((text) => JSON.parse(text) as FollowedEvent));
    });
    child.stderr.on('data', (chunk: Buffer) => (this.complaints += chunk.toString()));
  }

  /** Ends it at once; resolves when it is gone, and all that it had printed has been read. */
  async kill(): Promise<void> {
    if (!this.#child || !this.isRunning) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'close');
  }
}
