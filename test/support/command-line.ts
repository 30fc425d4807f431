import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';

const entry = resolve('dist/services/cli/main.js');

export type Ran = Readonly<{ code: number; stdout: string; stderr: string }>;
type With = Readonly<{ env?: Record<string, string>; input?: string }>;

const environment = (env: Record<string, string> = {}) => ({
  cwd: tmpdir(),
  env: { PATH: process.env['PATH'], ...env },
});

/** Runs the built `sortie`, as a person at a terminal without one: nothing of this process's settings goes along. */
export function runSortie(args: readonly string[], { env, input }: With = {}): Promise<Ran> {
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [entry, ...args],
      environment(env),
      (error, stdout, stderr) => {
        done({ code: error ? Number(error.code) : 0, stdout, stderr });
      },
    );
    child.stdin?.end(input);
  });
}

export type Running = Readonly<{
  /** What it printed so far. */
  stdout: () => string;
  stderr: () => string;
  /** Resolves with what it ended with, null when it was killed, once all that it printed is read. */
  ended: Promise<number | null>;
  /** Kills it, and resolves as `ended` does. */
  stop: () => Promise<number | null>;
}>;

/** Starts the built `sortie` and leaves it running. */
export function startCommand(args: readonly string[], env?: Record<string, string>): Running {
  const child = spawn(process.execPath, [entry, ...args], {
    ...environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const stop = (): Promise<number | null> => {
    child.kill();
    return ended;
  };
  return { stdout: () => stdout, stderr: () => stderr, ended, stop };
}
