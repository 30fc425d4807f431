import type { Command } from 'commander';
import { allOf, type Cli, dataOf, versionOf } from './cli.js';
import { wholeNumber } from './whole-number.js';

/** An icon may be a picture in letters; the JSON has it whole. */
const VALUE_LENGTH_MAX = 60;

/** Adds `history` and `revert` to `sortie apps`. */
export function addHistoryCommands(apps: Command, cli: Cli): void {
  apps
    .command('history <id>')
    .description('every definition that an app had, newest first, and what each changed')
    .option('--limit <count>', 'how many at most', wholeNumber, 100)
    .action((id: string, { limit }: { limit: number }) => history(cli, id, limit));
  apps
    .command('revert <id>')
    .description('make an app again what it was from a version of its history on')
    .argument('<version>', 'as apps history has it', wholeNumber)
    .action((id: string, version: number) => revert(cli, id, version));
}

async function history({ client, printRows }: Cli, app_id: string, limit: number): Promise<void> {
  const api = await client();
  const revisions = await allOf(async (query) => {
    const params = { path: { app_id }, query };
    const answer = dataOf(await api.GET('/api/apps/{app_id}/history', { params }));
    return { items: answer.revisions, next: answer.next_cursor };
  }, limit);
  const rows = revisions.map(({ version, at, user, user_name, changes, ...revision }) => {
    const back = revision.reverted_to === undefined ? '' : ` to ${revision.reverted_to}`;
    return [version, at, `${revision.action}${back}`, user_name ?? user, sayChanges(changes)];
  });
  printRows(revisions, ['VERSION', 'TIME', 'ACTION', 'BY', 'CHANGES'], rows);
}

type Changes = Readonly<Record<string, { from?: unknown; to?: unknown }>>;

const sayChanges = (changes: Changes): string =>
  Object.entries(changes)
    .map(([field, { from, to }]) => `${field}: ${sayValue(from)} -> ${sayValue(to)}`)
    .join('; ');

function sayValue(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  return text.length > VALUE_LENGTH_MAX ? `${text.slice(0, VALUE_LENGTH_MAX)}…` : text;
}

async function revert({ client, print }: Cli, app_id: string, to_version: number): Promise<void> {
  const api = await client();
  const path = { app_id };
  const before = await api.GET('/api/apps/{app_id}', { params: { path } });
  const params = { path, header: { 'If-Match': versionOf(before) } };
  const app = dataOf(await api.POST('/api/apps/{app_id}/revert', { params, body: { to_version } }));
  print(app, `"${app.name}" (${app.id}) is again what it was from version ${to_version} on.`);
}
