import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { appendFile, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { findPostgres, missingSentence } from '../../deploy/local/postgres.js';
import { freeze } from './frozen.js';
import { until } from './waits.js';
import { freePort } from './free-port.js';

const HOST = '127.0.0.1';
const SUPERUSER = 'postgres';
/** The role of the DSN: it owns the databases made here and is no superuser, as in production. */
const ROLE = 'sortie';
/** PostgreSQL refuses to run as root. */
/** `daemon` on every Debian; the desktops' tests look at what nobody runs. */
const OTHER_USER = 1;
const START_MS_MAX = 60_000;
const PORT_TRIES = 5;

export type PostgresServer = Readonly<{
  /** Of the database `sortie`, as the role `sortie`. */
  dsn: string;
  host: string;
  port: number;
  password: string;
  /** What it keeps; its log is `log` in it. */
  folder: string;
  /** Runs SQL as superuser, in the database `sortie` or another; rows of the (last) statement. */
  sql: <Row = Record<string, unknown>>(text: string, database?: string) => Promise<Row[]>;
  /** Makes an empty database that the role `sortie` owns, and returns its DSN. */
  createDatabase: () => Promise<string>;
  /** Everything it has logged. */
  log: () => string;
  /** Ends it, cutting off its clients, and removes its folder. */
  stop: () => Promise<void>;
  /** Ends every process of it with one signal and waits until they are gone; the folder stays. */
  kill: (signal?: NodeJS.Signals) => Promise<void>;
  /** Every process of it stands still, as on a machine that hangs: connections stay open and nothing is answered. */
  pause: () => void;
  resume: () => void;
  /** Ends it if it still runs, and starts it again on the same port and folder. */
  restart: () => Promise<void>;
  /** A hot standby that streams from this one; stop it first. */
  standby: () => Promise<PostgresServer>;
}>;

type Start = Readonly<{
  /** Over those of a new cluster, such as `{ fsync: 'off' }`. */
  settings?: Readonly<Record<string, string>>;
  /** Serves TLS with these, as PEM. */
  tls?: Readonly<{ cert: string; key: string }>;
}>;

/** Starts PostgreSQL on a folder and a free port of its own, with passwords by SCRAM and an English collation. */
export async function startPostgres({ settings = {}, tls }: Start = {}): Promise<PostgresServer> {
  const folder = await ownFolder();
  const password = randomBytes(12).toString('hex');
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password);
  const data = join(folder, 'data');
  // Not the C collation: what depends on an order that it forgot to ask for must show.
  const locale = ['--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en'];
  const access = ['-U', SUPERUSER, '-A', 'scram-sha-256', '--pwfile', passwordFile];
  await run('initdb', ['-D', data, '-E', 'UTF8', ...locale, ...access, '--no-sync']);
  if (tls) {
    await writeOwn(join(data, 'server.crt'), tls.cert);
    await writeOwn(join(data, 'server.key'), tls.key);
  }
  const all = { ...settings, ...(tls && { ssl: 'on' }) };
  const lines = Object.entries(all).map(([name, value]) => `${name} = '${value}'\n`);
  await appendFile(join(data, 'postgresql.conf'), lines.join(''));
  const server = await serve(folder, password);
  await server.sql(`CREATE ROLE ${ROLE} LOGIN CREATEDB PASSWORD '${password}'`, SUPERUSER);
  await server.sql(`CREATE DATABASE ${ROLE} OWNER ${ROLE}`, SUPERUSER);
  return server;
}

async function serve(folder: string, password: string): Promise<PostgresServer> {
  const { port, ...first } = await startAnywhere(folder);
  let processes = first;
  let paused: number[] = [];
  let made = 0;
  const dsnOf = (database: string) => `postgres://${ROLE}:${password}@${HOST}:${port}/${database}`;
  const sql: PostgresServer['sql'] = async (text, database = ROLE) => {
    const client = new pg.Client({ host: HOST, port, user: SUPERUSER, password, database });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const results: unknown = await client.query(text);
      const last = (Array.isArray(results) ? results.at(-1) : results) as { rows: never[] };
      return last.rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const signalAll = (pids: readonly number[], signal: NodeJS.Signals) => {
    for (const pid of pids) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has ended in the meantime.
      }
    }
  };
  const resume = () => signalAll(paused.splice(0), 'SIGCONT');
  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    resume();
    const all = [processes.pid, ...childrenOf(processes.pid)];
    // The others follow the first by themselves, but for a crash, which hits all at once.
    signalAll(signal === 'SIGKILL' ? all : [processes.pid], signal);
    await processes.ended;
    await until('PostgreSQL to be gone', () => !all.some(isAlive));
  };
  return {
    dsn: dsnOf(ROLE),
    host: HOST,
    port,
    password,
    folder,
    sql,
    createDatabase: async () => {
      made += 1;
      await sql(`CREATE DATABASE test_${made} OWNER ${ROLE}`, SUPERUSER);
      return dsnOf(`test_${made}`);
    },
    log: () => readFileSync(join(folder, 'log'), 'utf8'),
    kill,
    pause: () => {
      // The first process first: it must not start others meanwhile.
      freeze(processes.pid);
      const others = childrenOf(processes.pid);
      signalAll(others, 'SIGSTOP');
      paused = [...others, processes.pid];
    },
    resume,
    restart: async () => {
      if (isAlive(processes.pid)) await kill('SIGINT');
      processes = await startOn(folder, port);
    },
    stop: async () => {
      if (isAlive(processes.pid)) await kill('SIGINT');
      await rm(folder, { recursive: true });
    },
    standby: async () => {
      const own = await ownFolder();
      const from = ['-h', HOST, '-p', String(port), '-U', SUPERUSER];
      const how = ['-D', join(own, 'data'), '-R', '-X', 'stream', '-c', 'fast', '--no-sync'];
      await run('pg_basebackup', [...from, ...how], { PGPASSWORD: password });
      return serve(own, password);
    },
  };
}

type Processes = Readonly<{ pid: number; ended: Promise<unknown> }>;

async function startAnywhere(folder: string): Promise<Processes & { port: number }> {
  for (let tries = 1; ; tries += 1) {
    const port = await freePort();
    try {
      return { ...(await startOn(folder, port)), port };
    } catch (error) {
      // Somebody else was quicker to take it.
      const isTaken = String(error).includes('could not create any TCP/IP sockets');
      if (!isTaken || tries === PORT_TRIES) throw error;
    }
  }
}

async function startOn(folder: string, port: number): Promise<Processes> {
  const own = ['-D', join(folder, 'data'), '-k', folder, '-h', HOST, '-p', String(port)];
  const { program, args } = unprivileged('postgres', own);
  let output = '';
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    void appendFile(join(folder, 'log'), chunk).catch(() => undefined);
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await until(
    'PostgreSQL is ready',
    () => {
      if (child.exitCode !== null) throw new Error(`PostgreSQL ended at its start:\n${output}`);
      return /ready to accept (read-only )?connections/.test(output);
    },
    START_MS_MAX,
  );
  return { pid: child.pid ?? 0, ended };
}

async function run(name: string, programArgs: readonly string[], env = {}): Promise<void> {
  const { program, args } = unprivileged(name, programArgs);
  // Its working folder is one that nobody may enter, too.
  await promisify(execFile)(program, args, { cwd: tmpdir(), env: { ...process.env, ...env } });
}

/** As another user where we are root, and never outliving the test that started it. */
function unprivileged(name: string, args: readonly string[]) {
  const as = isRoot() ? [`--reuid=${OTHER_USER}`, `--regid=${OTHER_USER}`, '--clear-groups'] : [];
  const bin = findPostgres();
  if (bin === undefined) throw new Error(missingSentence(process.env));
  const start = ['--pdeathsig', 'QUIT', ...as, join(bin, name)];
  return { program: 'setpriv', args: [...start, ...args] };
}

const isRoot = (): boolean => process.getuid?.() === 0;

async function ownFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-pg-'));
  if (isRoot()) await chown(folder, OTHER_USER, OTHER_USER);
  return folder;
}

async function writeOwn(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
  if (isRoot()) await chown(path, OTHER_USER, OTHER_USER);
}

/** Fields of /proc/<pid>/stat after the name, which may hold spaces: state, parent and so on. */
function statOf(pid: number): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  const state = statOf(pid)?.[0];
  return state !== undefined && state !== 'Z';
}

const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((other) => Number.isInteger(other) && statOf(other)?.[1] === String(pid));
