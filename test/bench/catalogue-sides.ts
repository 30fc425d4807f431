// A catalogue with a history of some size, on either kind of log and database, which processes are started on.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { type NatsServer, startNatsServer } from '#test/support/nats-server.js';
import type { PostgresServer } from '#test/support/postgres-server.js';
import { fillCatalogue, type LogSize } from './catalogue-commits.js';
import type { Place, Started, Task } from './catalogue-process.js';
import { fillStream } from './stream-fill.js';
import { forkBeside } from './viewer-processes.js';

const MIB = 1_024 ** 2;

/** A catalogue of a size whose log is filled. */
export type Side = Readonly<{
  size: LogSize;
  place: Place;
  /** Where there is one of its own. */
  nats?: NatsServer;
  logMib: () => number;
  modelsMib: () => Promise<number>;
  remove: () => Promise<void>;
}>;

/** A running process of the catalogue. */
export type Running = Readonly<{
  started: Started;
  ask: <T>(task: Task) => Promise<T>;
  end: () => Promise<void>;
}>;

/** A log and read models in files. */
export async function sideInFiles(size: LogSize): Promise<Side> {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-bench-'));
  const models = join(folder, 'models');
  await mkdir(models);
  const logPath = join(folder, 'sortie.db');
  const log = SqliteEventLog.open(logPath);
  await fillCatalogue(log, size);
  await log.close();
  return {
    size,
    place: { kind: 'files', logPath, folder: models },
    logMib: () => statSync(logPath).size / MIB,
    modelsMib: async () => sizeOf(models) / MIB,
    remove: () => rm(folder, { recursive: true }),
  };
}

/** A log in a NATS server of its own, and read models in a database of its own. */
export async function sideOnServers(size: LogSize, postgres: PostgresServer): Promise<Side> {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-bench-'));
  await fillStream(folder, size);
  const nats = await startNatsServer({ folder });
  const dsn = await postgres.createDatabase();
  const database = new URL(dsn).pathname.slice(1);
  return {
    size,
    place: { kind: 'servers', natsUrl: nats.url, natsSeed: nats.seed, dsn },
    nats,
    logMib: () => sizeOf(join(folder, 'store')) / MIB,
    modelsMib: async () => {
      const [row] = await postgres.sql<{ bytes: string }>(TABLES_BYTES, database);
      return Number(row?.bytes) / MIB;
    },
    remove: async () => {
      await nats.stop();
      await rm(folder, { recursive: true });
    },
  };
}

const TABLES_BYTES = `SELECT sum(pg_total_relation_size(oid)) AS bytes FROM pg_class
  WHERE relkind = 'r' AND relnamespace = 'sortie_catalog'::regnamespace`;

/** Starts a process of the catalogue; resolves once its read models are up to date. */
export async function startOn({ place }: Side): Promise<Running> {
  const { child, told } = await forkBeside<Started>('./catalogue-process.js', [
    JSON.stringify(place),
  ]);
  const gone = once(child, 'exit');
  return {
    started: told,
    ask: <T>(task: Task) => answerOf<T>(child, task, gone),
    end: async () => {
      child.send({ do: 'end' } satisfies Task);
      await gone;
    },
  };
}

async function answerOf<T>(child: ChildProcess, task: Task, gone: Promise<unknown>): Promise<T> {
  const answered = once(child, 'message') as Promise<[T]>;
  child.send(task);
  const first = await Promise.race([answered, gone.then(() => undefined)]);
  if (first === undefined) throw new Error(`The catalogue's process ended at "${task.do}".`);
  return first[0];
}

/** MiB of memory that a process has, its share of what others have too included. */
export const residentMib = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1_024;

/** Bytes of all files below a folder. */
function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
