import type { Command } from 'commander';
import { allOf, type Cli, dataOf, type Removing } from './cli.js';
import { userNamed } from './named.js';

/** Adds `sortie categories`: who looks after the apps of which. */
export function addCategoriesCommand(program: Command, cli: Cli): void {
  const categories = program
    .command('categories')
    .description('who looks after the apps of which category; say a user’s name, or id');
  categories
    .command('list')
    .description('those that you look after; for administrators and auditors all')
    .action(() => list(cli));
  categories
    .command('appoint <category> <user>')
    .description('let a user add, change and take away the apps of a category')
    .action((category: string, user: string) => appoint(cli, category, user));
  categories
    .command('dismiss <category> <user>')
    .description('let them do so no more')
    .option('-n, --dry-run', 'tell who would be dismissed, and leave it')
    .option('-y, --yes', 'do not ask')
    .action((category: string, user: string, options: Removing) =>
      dismiss(cli, [category, user], options),
    );
}

async function list({ client, printRows }: Cli): Promise<void> {
  const api = await client();
  const categories = await allOf(async (query) => {
    const answer = dataOf(await api.GET('/api/categories', { params: { query } }));
    return { items: answer.categories, next: answer.next_cursor };
  });
  // Whoever looks after one need not be let see the names of users.
  const rows = categories.map(({ category, administrator_ids: ids }) => [category, ids.join(' ')]);
  printRows(categories, ['CATEGORY', 'LOOKED AFTER BY'], rows);
}

async function appoint({ client, print }: Cli, category: string, named: string): Promise<void> {
  const api = await client();
  const { id: user_id, name } = await userNamed(api, named);
  const path = { category, user_id };
  await api.PUT('/api/categories/{category}/administrators/{user_id}', { params: { path } });
  print(path, `${name} looks after the apps of "${category}".`);
}

async function dismiss(
  cli: Cli,
  [category, named]: [string, string],
  { dryRun, yes }: Removing,
): Promise<void> {
  const api = await cli.client();
  const { id: user_id, name } = await userNamed(api, named);
  const path = { category, user_id };
  const who = `${name} (${user_id})`;
  if (dryRun) {
    return cli.print({ would_dismiss: path }, `${who} would look after "${category}" no more.`);
  }
  await cli.confirm(`Dismiss ${who} from looking after "${category}"?`, yes);
  await api.DELETE('/api/categories/{category}/administrators/{user_id}', { params: { path } });
  cli.print({ dismissed: path }, `${who} looks after "${category}" no more.`);
}
