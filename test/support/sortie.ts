import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chosenPassword, Client } from './client.js';
import { until } from './waits.js';

/** npm runs scripts in the package's folder, for tests and benches alike. */
const entry = resolve('dist/services/main.js');
const START_DEADLINE_MS = 60_000;

export type Sortie = Readonly<{
  url: string;
  /** Everything it printed so far. */
  output: () => string;
  /** That the first administrator has chosen, or the one that it was started with. */
  password: string;
  /** That was printed at the first start; good for choosing another one. */
  firstPassword: string | undefined;
  dataPath: string;
  runtimeDir: string;
  pid: number;
  /** Sends a signal and resolves with the exit code (null when killed). */
  end: (signal?: NodeJS.Signals) => Promise<number | null>;
}>;

type Start = Readonly<{
  dataPath: string;
  runtimeDir: string;
  port?: number;
  env?: Record<string, string>;
  args?: readonly string[];
  /** A program that starts the server, such as setpriv. */
  through?: readonly string[];
  /** The folder that it is started in: one without a .env of the developer's when absent. */
  cwd?: string;
}>;

/** Makes empty folders for a server: its data, and its sessions' files (short enough for a unix socket's path). */
export async function sortieFolders(): Promise<Start & { remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-t-'));
  const runtimeDir = `${folder}-r`;
  const remove = async (): Promise<void> => {
    for (const path of [folder, runtimeDir]) await rm(path, { recursive: true, force: true });
  };
  return { dataPath: join(folder, 'data'), runtimeDir, remove };
}

/** Starts the built server as `npm start` does, in a process of its own, and waits until it is ready. */
export async function startSortie(start: Start, password = ''): Promise<Sortie> {
  const child = spawnSortie(start);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  // Not `exit`: what it printed last would still be on its way.
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const url = await until(
    'Sortie gets ready',
    () => {
      if (child.exitCode !== null) throw new Error(`Sortie ended at its start:\n${output}`);
      return /Sortie is ready: (\S+)/.exec(output)?.[1];
    },
    START_DEADLINE_MS,
  );
  const end = (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    child.kill(signal);
    return exited;
  };
  const firstPassword = /Password:\s+(\S+)/.exec(output)?.[1];
  const chosen = firstPassword && url.startsWith('http') && (await chosenFirst(url, firstPassword));
  const { dataPath, runtimeDir } = start;
  return {
    ...{ url, output: () => output, password: chosen || password, firstPassword },
    ...{ dataPath, runtimeDir, pid: child.pid ?? 0, end },
  };
}

/** Has the first administrator choose a password, as the first sign-in asks for; resolves with it. */
export async function chosenFirst(url: string, given: string): Promise<string> {
  await new Client(url).signIn('admin', given);
  return chosenPassword('admin', given);
}

/** Starts the server without waiting for anything. */
export function spawnSortie({
  dataPath,
  runtimeDir,
  port = 0,
  env,
  args = [],
  through = [],
  cwd = tmpdir(),
}: Start): ChildProcess {
  const [program = '', ...rest] = [...through, process.execPath, entry, ...args];
  return spawn(program, rest, {
    cwd,
    env: {
      PATH: process.env['PATH'],
      SORTIE_DATA: dataPath,
      SORTIE_RUNTIME_DIR: runtimeDir,
      SORTIE_PORT: String(port),
      SORTIE_WRITES_PER_MINUTE: '1000000',
      SORTIE_SIGN_INS_PER_MINUTE: '1000000',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
