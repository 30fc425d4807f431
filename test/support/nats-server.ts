import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { nkeys } from 'nats';
import {
  type NatsServerSettings,
  natsServerConfig,
  type NatsUser,
} from '#shared/adapters/nats-server-config.js';
import { findNatsServers, missingSentence } from '../../deploy/local/nats-server.js';
import { freeze } from './frozen.js';
import { until } from './waits.js';

/** `oldest` and `newest` of those that Sortie takes; `refused` is too old. */
export type NatsVersion = 'oldest' | 'newest' | 'refused';
export const NATS_VERSIONS = ['oldest', 'newest'] as const;

export type NatsServer = Readonly<{
  /** `nats://127.0.0.1:<port>`, the same after a restart. */
  url: string;
  port: number;
  /** Holds the store and `nats.conf`; removed by `stop` unless it was handed in. */
  folder: string;
  /** Seed of a user that may do everything in Sortie's account; not there when `users` were handed in. */
  seed: string;
  /** Of the running process. */
  pid: () => number;
  /** Ends the process at once, or as told, and waits for its end. */
  kill: (signal?: NodeJS.Signals) => Promise<void>;
  /** Starts it on the same folder and port, ending it first if it runs. */
  restart: () => Promise<void>;
  pause: () => void;
  resume: () => void;
  /** Ends it for good. */
  stop: () => Promise<void>;
  /** What it has written so far. */
  output: () => string;
}>;

export type NatsServerOptions = Readonly<{
  version?: NatsVersion;
  folder?: string;
  /** In memory, flushing costs nothing, where a disk may take milliseconds for each message; on disk when absent. */
  store?: 'disk' | 'memory';
  port?: number;
  /** Changes to the settings of its configuration. */
  config?: Partial<NatsServerSettings>;
  /** Instead of the one user that may do everything. */
  users?: readonly NatsUser[];
}>;

const STORE_BYTES_MAX = 4 * 1_024 ** 3;
const MEMORY = '/dev/shm';
const MEMORY_BYTES_MIN = 512 * 1_024 ** 2;
const START_MS_MAX = 60_000;
/** npm runs scripts in the package's folder, for tests and benches alike. */
const root = resolve('.');

/** The path of a nats-server. Throws a sentence that says how to get one. */
export function natsServerProgram(version: NatsVersion): string {
  const path = findNatsServers(root)[version];
  if (path === undefined) throw new Error(missingSentence([version], []));
  return path;
}

/** A pair of keys of a user: the seed is its secret. */
export function newNatsUser(): { nkey: string; seed: string } {
  const pair = nkeys.createUser();
  return { nkey: pair.getPublicKey(), seed: new TextDecoder().decode(pair.getSeed()) };
}

/** Starts a nats-server with a store of its own on a free port, and waits until it answers. */
export async function startNatsServer(options: NatsServerOptions = {}): Promise<NatsServer> {
  const { version = 'newest' } = options;
  const program = natsServerProgram(version);
  const parent = options.store === 'memory' ? await roomyFolder() : tmpdir();
  const folder = options.folder ?? (await mkdtemp(join(parent, 'sortie-nats-')));
  const everything = newNatsUser();
  const settings: NatsServerSettings = {
    host: '127.0.0.1',
    port: options.port ?? -1,
    storeFolder: join(folder, 'store'),
    storeBytesMax: STORE_BYTES_MAX,
    users: options.users ?? [{ nkey: everything.nkey, publish: ['>'], subscribe: ['>'] }],
    ...(version === 'refused' && { sync: 'server-default' }),
    ...options.config,
  };
  let running = await run(program, folder, settings);
  const { port } = running;
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    const { child } = running;
    if (child.exitCode !== null || child.signalCode !== null) return;
    // A stopped process takes no signal but this one.
    child.kill('SIGCONT');
    child.kill(signal);
    await once(child, 'exit');
  };
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    folder,
    seed: options.users ? '' : everything.seed,
    pid: () => running.child.pid ?? 0,
    kill,
    restart: async () => {
      await kill('SIGTERM');
      running = await run(program, folder, { ...settings, port });
    },
    pause: () => freeze(running.child.pid ?? 0),
    resume: () => void running.child.kill('SIGCONT'),
    stop: async () => {
      await kill();
      if (!options.folder) await rm(folder, { recursive: true, force: true });
    },
    output: () => running.output(),
  };
}

/** A folder in memory, or the usual one where memory has little room, as in some containers. */
async function roomyFolder(): Promise<string> {
  try {
    const { bavail, bsize } = await statfs(MEMORY);
    return bavail * bsize > MEMORY_BYTES_MIN ? MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}

async function run(program: string, folder: string, settings: NatsServerSettings) {
  const file = join(folder, 'nats.conf');
  await writeFile(file, natsServerConfig(settings));
  const child = spawn(program, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  endWithTests(child);
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const isReady = (): boolean => {
    if (child.exitCode === null) return output.includes('Server is ready');
    throw new Error(`nats-server ended with code ${child.exitCode}:\n${output}`);
  };
  await until('the start of nats-server', isReady, START_MS_MAX);
  const port = Number(/Listening for client connections on .*:(\d+)/.exec(output)?.[1]);
  return { child, port, output: () => output };
}

/** A test run that ends early leaves no server behind. */
function endWithTests(child: ChildProcess): void {
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
}
