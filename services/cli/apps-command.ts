import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { RegisterAppRequest, ReviseAppRequest } from '#shared/client/paths.js';
import { addHistoryCommands } from './app-history.js';
import { allOf, type Cli, dataOf, type Removing, versionOf } from './cli.js';
import { usageError } from './exit-codes.js';

/** Adds `sortie apps`: the catalogue. */
export function addAppsCommand(program: Command, cli: Cli): void {
  const apps = program.command('apps').description('the apps that can be launched');
  apps
    .command('list')
    .description('the apps that you may see')
    .action(() => list(cli));
  apps
    .command('show <id>')
    .description('one app, as JSON that apps update takes')
    .action((id: string) => show(cli, id));
  apps
    .command('create')
    .description('add an app')
    .requiredOption('-f, --file <file>', 'the app as JSON; - reads standard input')
    .action(({ file }: { file: string }) => create(cli, file));
  apps
    .command('update <id>')
    .description('replace what is said about an app')
    .requiredOption('-f, --file <file>', 'the app as JSON; - reads standard input')
    .action((id: string, { file }: { file: string }) => update(cli, id, file));
  apps
    .command('delete <id>')
    .description('take an app out of the catalogue')
    .option('-n, --dry-run', 'tell what would go, and leave it')
    .option('-y, --yes', 'do not ask')
    .action((id: string, options: Removing) => remove(cli, id, options));
  addHistoryCommands(apps, cli);
}

async function list({ client, printRows }: Cli): Promise<void> {
  const api = await client();
  const apps = await allOf(async (query) => {
    const { apps: items, next_cursor: next } = dataOf(
      await api.GET('/api/apps', { params: { query } }),
    );
    return { items, next };
  });
  const rows = apps.map((app) => [
    ...[app.id, app.name, app.category, app.visibility],
    app.launch_type === 'url' ? app.url : app.container_image,
  ]);
  printRows(apps, ['ID', 'NAME', 'CATEGORY', 'VISIBILITY', 'OPENS'], rows);
}

async function show({ client, print }: Cli, app_id: string): Promise<void> {
  const api = await client();
  const app = dataOf(await api.GET('/api/apps/{app_id}', { params: { path: { app_id } } }));
  print(app, JSON.stringify(app, null, 2));
}

async function create({ client, print }: Cli, file: string): Promise<void> {
  const api = await client();
  const body = await jsonIn<RegisterAppRequest>(file);
  const app = dataOf(await api.POST('/api/apps', { body, params: {} }));
  print(app, `"${app.name}" is in the catalogue as ${app.id}.`);
}

async function update({ client, print }: Cli, app_id: string, file: string): Promise<void> {
  const api = await client();
  const path = { app_id };
  const before = await api.GET('/api/apps/{app_id}', { params: { path } });
  const { id: _id, ...body } = await jsonIn<ReviseAppRequest & { id?: string }>(file);
  const header = { 'If-Match': versionOf(before) };
  const app = dataOf(await api.PUT('/api/apps/{app_id}', { params: { path, header }, body }));
  print(app, `"${app.name}" is as the file says.`);
}

async function remove(cli: Cli, app_id: string, { dryRun, yes }: Removing): Promise<void> {
  const api = await cli.client();
  const path = { app_id };
  const found = await api.GET('/api/apps/{app_id}', { params: { path } });
  const app = dataOf(found);
  if (dryRun) {
    return cli.print(
      { would_delete: app },
      `"${app.name}" (${app.id}) would go; it is still there.`,
    );
  }
  await cli.confirm(`Take "${app.name}" (${app.id}) out of the catalogue?`, yes);
  const header = { 'If-Match': versionOf(found) };
  await api.DELETE('/api/apps/{app_id}', { params: { path, header } });
  cli.print(
    { deleted: app_id },
    `"${app.name}" is gone from the catalogue; the trail keeps what it was.`,
  );
}

/** The JSON in a file, which the server judges. Errors: CliError. */
async function jsonIn<T>(file: string): Promise<T> {
  try {
    return JSON.parse(file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')) as T;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw usageError(`${file === '-' ? 'Standard input' : file} is no JSON file: ${why}.`);
  }
}
