import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NatsReader } from '#shared/adapters/nats-server-config.js';
import { permissionsOf, type ServiceName } from '#shared/contracts/permissions.js';
import type { LoggedCommit } from './history.js';
import { endRuntimes } from './live-runtimes.js';
import { type NatsServer, newNatsUser, startNatsServer } from './nats-server.js';
import { type PostgresServer, startPostgres } from './postgres-server.js';
import { StagedProcess } from './staged-process.js';
import { readStream } from './staged-log.js';

/** Two gateways, and two replicas of every service behind them. */
export const TWO_OF_EVERYTHING = {
  'services-a': ['identity', 'catalog', 'session', 'audit'],
  'services-b': ['identity', 'catalog', 'session', 'audit'],
  'gateway-a': ['gateway'],
  'gateway-b': ['gateway'],
} as const satisfies Record<string, readonly ServiceName[]>;

const SEALING_KEY_BYTES = 32;
const OUTPUT_TAIL_CHARACTERS = 4_000;
/** Desktops that nobody could end (a test run that was killed) end by themselves. */
const SESSION_MINUTES = '15';

export type StageOptions<Name extends string> = Readonly<{
  /** The services of each process, by the process's name. */
  processes: Readonly<Record<Name, readonly ServiceName[]>>;
  /** Over the settings that every process gets. */
  env?: Readonly<Record<string, string>>;
  /** Where each process has its read models; `sqlite` needs no PostgreSQL, and none is started. */
  database?: 'postgres' | 'sqlite';
  /** Of PostgreSQL, over those of a new cluster, such as `{ fsync: 'off' }`. */
  postgresSettings?: Readonly<Record<string, string>>;
  /** Programs that read the log. */
  readers?: readonly NatsReader[];
  /** Processes that the test starts itself. */
  later?: readonly NoInfer<Name>[];
}>;

export type DistributedStage<Name extends string = string> = Readonly<{
  processes: Readonly<Record<Name, StagedProcess>>;
  nats: NatsServer;
  /** Not there with SQLite. */
  postgres: PostgresServer;
  /** Of every session on this machine. */
  runtimeDir: string;
  /** The first administrator's. */
  password: string;
  /** The whole log, read from its stream past Sortie's own code. */
  log: () => Promise<LoggedCommit[]>;
  /** The end of what every process has printed, for a test that failed. */
  output: () => string;
  /** Ends everything, desktops too, and removes all files. */
  close: () => Promise<void>;
}>;

/**
 * Starts a distributed Sortie on this machine: a nats-server that lets each process do what it is declared to do, a
 * PostgreSQL, and the processes. Whatever was started is ended again when one of them can't be.
 */
export async function startDistributed<Name extends string>(
  options: StageOptions<Name>,
): Promise<DistributedStage<Name>> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    const failures: unknown[] = [];
    // What can't be ended must not keep the rest alive.
    for (const end of closers.splice(0).reverse()) {
      await end().catch((cause: unknown) => failures.push(cause));
    }
    if (failures.length > 0) throw failures[0];
  };
  try {
    return { ...(await start(options, (end) => closers.push(end))), close };
  } catch (cause) {
    await close().catch(() => undefined);
    throw cause;
  }
}

async function start<Name extends string>(
  options: StageOptions<Name>,
  onClose: (end: () => Promise<unknown>) => void,
): Promise<Omit<DistributedStage<Name>, 'close'>> {
  const { database = 'postgres', later = [] } = options;
  const names = Object.keys(options.processes) as Name[];
  const users = new Map(names.map((name) => [name, newNatsUser()]));
  const everything = newNatsUser();
  const folder = await mkdtemp(join(tmpdir(), 'sortie-d-'));
  // Beside it, because sessions run as users of their own, who can't pass a folder that mkdtemp has made.
  const runtimeDir = `${folder}-r`;
  onClose(async () => {
    await endRuntimes(runtimeDir);
    for (const path of [folder, runtimeDir]) await rm(path, { recursive: true, force: true });
  });
  const nats = await startNatsServer({
    users: [
      { nkey: everything.nkey, publish: ['>'], subscribe: ['>'] },
      ...names.map((name) => {
        const { nkey } = users.get(name) ?? everything;
        return { nkey, ...permissionsOf(options.processes[name], nkey) };
      }),
    ],
    config: natsConfigOf(options),
  });
  onClose(() => nats.stop());
  const postgres =
    database === 'postgres'
      ? await startPostgres({ settings: options.postgresSettings ?? {} })
      : undefined;
  if (postgres) onClose(() => postgres.stop());
  const sealingKey = randomBytes(SEALING_KEY_BYTES).toString('base64');
  const processes = names.map((name) => {
    const services = options.processes[name];
    const env = {
      SORTIE_SERVICES: services.join(','),
      SORTIE_NATS_URL: nats.url,
      SORTIE_NATS_NKEY: users.get(name)?.seed ?? '',
      ...(postgres
        ? { SORTIE_DB_TYPE: 'postgres', SORTIE_DB_DSN: `${postgres.dsn}?sslmode=disable` }
        : { SORTIE_DB_TYPE: 'sqlite' }),
      SORTIE_SEALING_KEY: sealingKey,
      SORTIE_DATA: join(folder, name),
      SORTIE_RUNTIME_DIR: runtimeDir,
      SORTIE_PORT: '0',
      SORTIE_SESSION_TIMEOUT: SESSION_MINUTES,
      SORTIE_WRITES_PER_MINUTE: '1000000',
      SORTIE_SIGN_INS_PER_MINUTE: '1000000',
      SORTIE_LOG_LEVEL: 'info',
      ...options.env,
    };
    return new StagedProcess({ name, services, env });
  });
  for (const process of processes) onClose(() => process.kill());
  const output = () => processes.map(tailOf).join('\n');
  try {
    await startInOrder(processes.filter(({ name }) => !later.includes(name as Name)));
  } catch (cause) {
    throw new Error(`${String(cause)}\n${output()}`, { cause });
  }
  return {
    processes: Object.fromEntries(processes.map((one) => [one.name, one])) as never,
    nats,
    postgres: postgres as PostgresServer,
    runtimeDir,
    password: processes.find(({ password }) => password !== undefined)?.password ?? '',
    log: () => readStream(nats.url, everything.seed),
    output,
  };
}

const natsConfigOf = ({ readers = [] }: Pick<StageOptions<string>, 'readers'>) => ({ readers });

/** The first by itself: it makes the tables, the catalogue and the administrator. */
async function startInOrder([first, ...others]: readonly StagedProcess[]): Promise<void> {
  await first?.start();
  await Promise.all(others.map((process) => process.start()));
}

const tailOf = ({ name, output }: StagedProcess): string =>
  `-- ${name}\n${output.slice(-OUTPUT_TAIL_CHARACTERS).trimEnd()}`;
