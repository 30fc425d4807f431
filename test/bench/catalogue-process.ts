// The catalogue's service alone in a process, so that its memory and times are its own. It is told on which log and which
// database, says how long it took to start, and then does one task after another.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { postgresDatabases } from '#shared/adapters/postgres-databases.js';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { sqliteDatabases } from '#shared/adapters/sqlite-databases.js';
import { JetStreamEventLog } from '#shared/adapters/jetstream-event-log.js';
import { NatsLink } from '#shared/adapters/nats-connection.js';
import type { EventLog } from '#shared/es/event-log.js';
import type { RebuildReport } from '#shared/es/projection-status.js';
import { app, type AppCommand } from '#services/catalog/domain/app.js';
import { openCatalog } from '#services/catalog/module.js';
import { postgresSettings } from '#test/support/postgres-settings.js';
import { percentileOf } from './bench-row.js';
import { APP_SPEC } from './catalogue-commits.js';

/** Where the log and the read models are: both in files of a folder, or in NATS and PostgreSQL. */
export type Place =
  | Readonly<{ kind: 'files'; logPath: string; folder: string }>
  | Readonly<{ kind: 'servers'; natsUrl: string; natsSeed: string; dsn: string }>;

export type Started = Readonly<{ openMs: number; startMs: number; rssMib: number }>;

export type Task =
  /** Changes each of these apps once, one after the other. */
  | Readonly<{ do: 'revise'; ids: readonly string[]; name: string }>
  /** Reads the last commit of each stream. */
  | Readonly<{ do: 'last'; streams: readonly string[] }>
  /** Reads each of these commits by itself. */
  | Readonly<{ do: 'read'; sequences: readonly number[] }>
  | Readonly<{ do: 'rebuild'; readModel: string }>
  /** Reads and parses the whole log, and does nothing with it. */
  | Readonly<{ do: 'scan' }>
  | Readonly<{ do: 'end' }>;

export type Timed = Readonly<{ p50: number; p99: number }>;
/** Events a second, and the memory of the process after it. */
export type Worked = Readonly<{ perSecond: number; rssMib: number }>;

const place = JSON.parse(process.argv[2] ?? '') as Place;
const MIB = 1_024 ** 2;
const rssMib = (): number => process.memoryUsage.rss() / MIB;

const opening = performance.now();
const { log, closeLog } = await openLog();
const openMs = performance.now() - opening;
const starting = performance.now();
const databases =
  place.kind === 'files'
    ? sqliteDatabases({ folder: place.folder })
    : postgresDatabases(postgresSettings(place.dsn));
const { service } = await openCatalog({
  log,
  openDatabase: databases.openDatabase,
  now: () => new Date(),
});
const startMs = performance.now() - starting;
process.send?.({ openMs, startMs, rssMib: rssMib() } satisfies Started);

for (;;) {
  const [task] = (await once(process, 'message')) as [Task];
  if (task.do === 'end') break;
  process.send?.(await carryOut(task));
}
await service.stop();
await databases.close();
await closeLog();
process.disconnect();

async function openLog(): Promise<{ log: EventLog; closeLog: () => Promise<void> }> {
  if (place.kind === 'files') {
    const file = SqliteEventLog.open(place.logPath);
    return { log: file, closeLog: () => file.close() };
  }
  const { natsUrl: servers, natsSeed: nkeySeed } = place;
  const inboxPrefix = '_INBOX.sortie.bench';
  const connection = await NatsLink.connect({ servers, nkeySeed, name: 'bench', inboxPrefix });
  const stream = await JetStreamEventLog.open({ connection });
  const closeLog = async (): Promise<void> => {
    await stream.close();
    await connection.close();
  };
  return { log: stream, closeLog };
}

async function carryOut(task: Exclude<Task, { do: 'end' }>): Promise<Timed | Worked> {
  switch (task.do) {
    case 'rebuild': {
      const report = (await service.projector.rebuild(task.readModel)) as RebuildReport;
      return worked(report.events, report.durationMs);
    }
    case 'scan':
      return scan();
    case 'revise':
      return timeEach(task.ids, (id) => revise(id, task.name));
    case 'last':
      return timeEach(task.streams, async (stream) => (await log.last(stream)) !== undefined);
    case 'read':
      return timeEach(task.sequences, async (sequence) => {
        const { commits } = await log.read({ after: sequence - 1, limit: 1 });
        return commits[0]?.sequence === sequence;
      });
  }
}

const worked = (events: number, tookMs: number): Worked => ({
  perSecond: (events / tookMs) * 1_000,
  rssMib: rssMib(),
});

async function scan(): Promise<Worked> {
  const started = performance.now();
  let events = 0;
  const head = await log.head();
  for (let after = 0; after < head;) {
    const { commits, through } = await log.read({ after });
    for (const commit of commits) events += commit.events.length;
    after = through;
  }
  return worked(events, performance.now() - started);
}

async function revise(id: string, name: string): Promise<boolean> {
  const command: AppCommand = {
    type: 'ReviseApp',
    data: { appId: id, editor: 'all', app: { ...APP_SPEC, name } },
  };
  const actor = { id: 'bench', role: 'admin' } as const;
  const context = { actor, commandId: randomUUID(), correlationId: randomUUID() };
  const addressed = { aggregate: 'app', id, command, context };
  const outcome = await service.commands.handle(app, addressed);
  return outcome.kind === 'committed' && outcome.caughtUp;
}

/** Milliseconds of one piece of work after the other; each must say that it was done. */
async function timeEach<T>(
  items: readonly T[],
  work: (item: T) => Promise<boolean>,
): Promise<Timed> {
  const took: number[] = [];
  for (const item of items) {
    const from = performance.now();
    if (!(await work(item))) throw new Error(`Not done: ${String(item)}`);
    took.push(performance.now() - from);
  }
  return { p50: percentileOf(took, 0.5), p99: percentileOf(took, 0.99) };
}
