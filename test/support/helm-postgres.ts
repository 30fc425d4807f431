import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findPostgres, missingSentence } from '../../deploy/local/postgres.js';
import { render } from './helm.js';
import { environmentOf, getObject, podOf } from './helm-objects.js';
import { BUNDLED } from './helm-values.js';
import { until } from './waits.js';

/** PostgreSQL does not run as root: `daemon` on every Debian. */
const OTHER_USER = 1;
const HOST = '127.0.0.1';
const START_MS_MAX = 60_000;

const objects = render(BUNDLED);
const files = getObject(objects, 'ConfigMap', 'shop-sortie-postgres').data ?? {};

/** A pod of the chart's PostgreSQL, as processes of this machine: its scripts and variables, in folders of a test. */
export type PostgresPod = Readonly<{
  port: number;
  folder: string;
  /** Puts the password into the file that the Secret would be. */
  setPassword: (password: string) => void;
  /** Runs the container's command until the server is ready. Throws with what it said when it ends before. */
  start: () => Promise<void>;
  /** As the kubelet ends it: preStop's signal. */
  stop: () => Promise<void>;
  /** Runs what a probe runs. */
  probe: (kind: 'livenessProbe' | 'readinessProbe') => { ok: boolean; said: string };
  /** Asks it something over the network. */
  query: (text: string, as?: Partial<pg.ClientConfig>) => Promise<Record<string, unknown>[]>;
  output: () => string;
  remove: () => Promise<void>;
}>;

type Placement = Readonly<{ port: number; primaryPort?: number; hostname: string }>;

/** Lays out a pod of a component, `postgres` or `postgres-read`. */
export function placePostgresPod(component: string, placement: Placement): PostgresPod {
  const { port } = placement;
  const pod = podOf(objects, component);
  const [container] = pod.spec.containers;
  const folder = mkdtempSync(join(tmpdir(), 'sortie-hp-'));
  const own = (path: string): void => {
    if (process.getuid?.() === 0) chownSync(path, OTHER_USER, OTHER_USER);
  };
  own(folder);
  // Each mount is a folder of the test, and each path in a variable leads there.
  const placed = (path: string): string => join(folder, path.replaceAll('/', '_'));
  const mounts = (container?.volumeMounts ?? []).map(({ mountPath }) => mountPath);
  const here = (text: string): string => {
    const mount = mounts.find((path) => text === path || text.startsWith(`${path}/`));
    return mount === undefined ? text : `${placed(mount)}${text.slice(mount.length)}`;
  };
  for (const mount of mounts) {
    mkdirSync(placed(mount));
    own(placed(mount));
  }
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(here(`/etc/postgresql/${name}`), text);
  }
  const variables = Object.entries(environmentOf(pod)).map(([name, value]) => [name, here(value)]);
  const env = {
    ...Object.fromEntries(variables),
    ...{ PATH: `${binFolder()}:${process.env['PATH']}`, HOSTNAME: placement.hostname },
    ...{ PORT: String(port), PGPORT: String(port) },
    ...(placement.primaryPort && { PRIMARY: HOST, PRIMARY_PORT: String(placement.primaryPort) }),
  } as Record<string, string>;
  let password = '';
  let child: ChildProcess | undefined;
  let output = '';
  const command = (words: readonly string[]) => unprivileged(words.map(here));
  const isRunning = (): boolean =>
    child !== undefined && child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child === undefined || !isRunning()) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  return {
    port,
    folder,
    setPassword: (text) => {
      password = text.replace(/\n$/, '');
      writeFileSync(here('/run/secrets/postgresql/password'), text);
    },
    start: async () => {
      const [program = '', ...args] = command(container?.command ?? []);
      child = spawn(program, args, { env, cwd: tmpdir(), stdio: ['ignore', 'pipe', 'pipe'] });
      const from = output.length;
      const keep = (chunk: Buffer): unknown => (output += chunk.toString());
      child.stdout?.on('data', keep);
      child.stderr?.on('data', keep);
      const ready = /ready to accept (read-only )?connections/;
      await until(
        'PostgreSQL is ready',
        () => {
          if (!isRunning()) throw new Error(output.slice(from));
          return ready.test(output.slice(from));
        },
        START_MS_MAX,
      );
    },
    stop: () => end('SIGINT'),
    probe: (kind) => {
      const asked = container?.[kind] as { exec: { command: string[] } };
      const [program = '', ...args] = command(asked.exec.command);
      const { status, stderr } = spawnSync(program, args, { env, cwd: tmpdir(), encoding: 'utf8' });
      return { ok: status === 0, said: stderr };
    },
    query: async (text, as = {}) => {
      const who = { host: HOST, port, user: 'sortie', database: 'sortie', password, ...as };
      const client = new pg.Client(who);
      client.on('error', () => undefined);
      await client.connect();
      try {
        return (await client.query<Record<string, unknown>>(text)).rows;
      } finally {
        await client.end().catch(() => undefined);
      }
    },
    output: () => output,
    remove: async () => {
      await end('SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function binFolder(): string {
  const bin = findPostgres();
  if (bin === undefined) throw new Error(missingSentence(process.env));
  return bin;
}

/** As another user where we are root, and never outliving the test that started it. */
function unprivileged(words: readonly string[]): string[] {
  const isRoot = process.getuid?.() === 0;
  const as = [`--reuid=${OTHER_USER}`, `--regid=${OTHER_USER}`, '--clear-groups'];
  return ['setpriv', '--pdeathsig', 'QUIT', ...(isRoot ? as : []), ...words];
}
