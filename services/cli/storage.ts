import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import {
  type MigrationState,
  type MigrationStep,
  NOTHING,
  type SqlMigrator,
} from '#shared/adapters/migrator.js';
import type { ConnectionReport, Databases } from '#shared/adapters/service-database.js';
import { findHolder } from '#shared/boot/data-folder.js';
import { table } from './table.js';

type Print = (data: unknown, text: string) => void;
type Options = Readonly<{ service?: string; dryRun?: boolean }>;
type Done = Readonly<{ service: string; direction: 'up' | 'down'; migration: string }>;

const REBUILT =
  'What the tables of these migrations held is rebuilt from the event log once they are there again, which takes its time; a start with SORTIE_DB_MIGRATIONS=auto brings them back at once.';

/** Adds `sortie storage`, which needs no server of Sortie's to be running: it reads the same settings. */
export function addStorageCommand(program: Command, print: Print): void {
  const storage = program.command('storage').description('the databases of the services');
  storage
    .command('test-connection')
    .description('say whether the database can be reached, and if not, why')
    .action(() => onDatabases(program, (databases) => testConnection(databases, print)));

  const migrate = storage.command('migrate').description('the versions of the services’ tables');
  const about = (name: string, what: string) =>
    migrate.command(name).description(what).option('--service <name>', 'this service alone');
  const moving = (name: string, what: string) =>
    about(name, what).option('--dry-run', 'say what would be done, and do nothing');

  about('status', 'the version of each service’s database, and what is pending').action(
    (options: Options) =>
      onDatabases(program, async (databases) =>
        showStatus(await states(databases, options), print),
      ),
  );
  moving('up', 'carry out what is pending').action((options: Options) =>
    move(program, options, print, newestOf),
  );
  moving('down', 'take the last migration of each database back').action((options: Options) =>
    move(program, options, print, beforeLastOf),
  );
  moving('to <version>', 'go to a version, up or down; 0 is before the first').action(
    async (version: string, options: Options) => {
      await onDatabases(program, async (databases) =>
        requireKnown(version, await states(databases, options)),
      );
      await move(program, options, print, nearest(version));
    },
  );
}

/** The services that keep a database, and the folders of their migrations, here or in dist/. */
function servicesOf({ service }: Options): { service: string; folder: string }[] {
  const services = join(import.meta.dirname, '..');
  const all = readdirSync(services)
    .map((name) => ({ service: name, folder: join(services, name, 'migrations') }))
    .filter(({ folder }) => existsSync(folder));
  const asked = all.filter((one) => service === undefined || one.service === service);
  if (asked.length > 0) return asked;
  const known = all.map((one) => one.service).join(', ');
  throw new Error(`No service ${service} keeps a database: there are ${known}.`);
}

async function onDatabases(
  program: Command,
  work: (databases: Databases, folder: string) => Promise<void>,
): Promise<void> {
  const folder = resolve(program.opts<{ data: string }>().data);
  // The drivers of all databases, for this command alone.
  const { databasesIn } = await import('./storage-settings.js');
  const databases = databasesIn(process.env, folder);
  try {
    await work(databases, folder);
  } finally {
    await databases.close();
  }
}

async function testConnection(databases: Databases, print: Print): Promise<void> {
  const reports = await databases.test(servicesOf({}).map(({ service }) => service));
  const rows = reports.map((report) => [
    report.where,
    report.problem === undefined ? 'ok' : 'FAILED',
    report.version ?? '',
    report.latencyMs === undefined ? '' : `${report.latencyMs.toFixed(1)} ms`,
    report.tls ?? '',
  ]);
  const problems = reports.flatMap(({ problem }: ConnectionReport) => problem ?? []);
  const columns = ['DATABASE', 'STATUS', 'VERSION', 'LATENCY', 'TLS'];
  print(reports, [table(columns, rows), ...problems].join('\n'));
  if (problems.length > 0) process.exitCode = 1;
}

type State = MigrationState & Readonly<{ service: string }>;

async function states(databases: Databases, options: Options): Promise<State[]> {
  const found: State[] = [];
  for (const { service, folder } of servicesOf(options)) {
    const state = await databases.migrating(service, folder, (migrator) => migrator.state());
    found.push({ service, ...state });
  }
  return found;
}

function showStatus(found: readonly State[], print: Print): void {
  const shown = found.map(({ service, applied, pending, unknown }) => ({
    service,
    version: [...applied.map(({ version }) => version), ...unknown].toSorted().at(-1) ?? NOTHING,
    applied: applied.map(({ name }) => name),
    pending: pending.map(({ name }) => name),
    unknown,
  }));
  const rows = shown.map(({ service, version, pending, unknown }) => [
    service,
    version,
    pending.join(', ') || 'none',
    unknown.length === 0 ? '' : `${unknown.join(', ')} of a newer Sortie`,
  ]);
  print(shown, table(['SERVICE', 'VERSION', 'PENDING', 'UNKNOWN'], rows));
}

type Target = (state: MigrationState) => string | undefined;

const newestOf: Target = () => undefined;
const beforeLastOf: Target = ({ applied }) => applied.at(-2)?.version ?? NOTHING;
/** Services have versions of their own: each goes to its last that is not past the one asked for. */
const nearest =
  (version: string): Target =>
  ({ applied, pending }) => {
    const known = [...applied, ...pending].map((file) => file.version).toSorted();
    return known.findLast((one) => one <= version) ?? NOTHING;
  };

function requireKnown(version: string, found: readonly State[]): void {
  const all = found.flatMap(({ applied, pending }) => [...applied, ...pending]);
  const known = [NOTHING, ...new Set(all.map((file) => file.version).toSorted())];
  if (known.includes(version)) return;
  throw new Error(`There is no migration ${version}: there are ${known.join(', ')}.`);
}

async function move(program: Command, options: Options, print: Print, target: Target) {
  await onDatabases(program, async (databases, folder) => {
    const planned: Done[] = [];
    for (const { service, folder: files } of servicesOf(options)) {
      planned.push(
        ...(await databases.migrating(service, files, async (migrator) => {
          const steps = await migrator.plan(target(await migrator.state()));
          return steps.map((step) => doneOf(service, step));
        })),
      );
    }
    const takesBack = planned.some(({ direction }) => direction === 'down');
    if (options.dryRun) return tell(planned, takesBack, 'would be done', print);
    if (takesBack) await requireNobody(databases, folder, servicesOf(options));
    const done: Done[] = [];
    for (const { service, folder: files } of servicesOf(options)) {
      const steps = await databases.migrating(service, files, (m) => go(m, target));
      done.push(...steps.map((step) => doneOf(service, step)));
    }
    tell(done, takesBack, 'done', print);
  });
}

const go = async (migrator: SqlMigrator, target: Target): Promise<MigrationStep[]> =>
  migrator.migrate(target(await migrator.state()));

const doneOf = (service: string, { file, direction }: MigrationStep): Done => ({
  service,
  direction,
  migration: file.name,
});

function tell(steps: readonly Done[], takesBack: boolean, how: string, print: Print): void {
  const rows = steps.map(({ service, direction, migration }) => [service, direction, migration]);
  const shown = table(['SERVICE', how.toUpperCase(), 'MIGRATION'], rows);
  const text = steps.length === 0 ? 'Nothing to do.' : shown;
  print(steps, takesBack ? `${text}\n${REBUILT}` : text);
}

/** Tables are not taken from under a Sortie that runs: it would stop at the next event. */
async function requireNobody(
  databases: Databases,
  folder: string,
  services: readonly { service: string; folder: string }[],
): Promise<void> {
  const holder = findHolder(folder);
  if (holder && isAlive(holder.pid)) {
    throw new Error(
      `Sortie runs on ${folder} (process ${holder.pid}, ${holder.url}): stop it first.`,
    );
  }
  for (const { service, folder: files } of services) {
    const { store } = await databases.openDatabase(service, files);
    // Without its tables nobody has it.
    const isFree = await store.leadership.take().catch(() => true);
    if (!isFree)
      throw new Error(`A Sortie process runs on the database of ${service}: stop it first.`);
    await store.leadership.release().catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
