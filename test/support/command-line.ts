import { execFile, spawn, type ChildProcess } from 'node:child_process';
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

/** Starts the built `sortie` and leaves it running. */
export const spawnCommand = (args: readonly string[], env?: Record<string, string>): ChildProcess =>
  spawn(process.execPath, [entry, ...args], {
    ...environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
