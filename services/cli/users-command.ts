import type { Command } from 'commander';
import { PEOPLE } from '#shared/es/operation.js';
import { allOf, type Cli, dataOf, type Removing } from './cli.js';

type Adding = Readonly<{ role: (typeof PEOPLE)[number] }>;

/** Adds `sortie users`: who may come in. */
export function addUsersCommand(program: Command, cli: Cli): void {
  const users = program.command('users').description('who may come in');
  users
    .command('list')
    .description('everybody who was ever registered')
    .action(() => list(cli));
  users
    .command('add <name>')
    .description('add a user; a password is made up and shown once')
    .addOption(users.createOption('--role <role>', 'what they are').choices(PEOPLE).default('user'))
    .action((name: string, options: Adding) => add(cli, name, options));
  users
    .command('disable <id>')
    .description('shut a user out: sign-ins, tokens and desktops’ viewers end at once')
    .option('-n, --dry-run', 'tell who would be shut out, and leave it')
    .option('-y, --yes', 'do not ask')
    .action((id: string, options: Removing) => disable(cli, id, options));
}

async function users({ client }: Cli) {
  const api = await client();
  return allOf(async (query) => {
    const answer = dataOf(await api.GET('/api/users', { params: { query } }));
    return { items: answer.users, next: answer.next_cursor };
  });
}

async function list(cli: Cli): Promise<void> {
  const all = await users(cli);
  const rows = all.map((user) => [user.id, user.name, user.role, user.status, user.created_at]);
  cli.printRows(all, ['ID', 'NAME', 'ROLE', 'STATUS', 'SINCE'], rows);
}

async function add({ client, print }: Cli, name: string, { role }: Adding): Promise<void> {
  const api = await client();
  const added = dataOf(await api.POST('/api/users', { params: {}, body: { name, role } }));
  const { user, password } = added;
  print(
    added,
    `${user.name} (${user.id}) is in as ${user.role}. The password, shown this once: ${password}`,
  );
}

async function disable(cli: Cli, user_id: string, { dryRun, yes }: Removing): Promise<void> {
  const api = await cli.client();
  const params = { path: { user_id } };
  const user = dataOf(await api.GET('/api/users/{user_id}', { params }));
  const who = `${user.name} (${user.id}, ${user.role})`;
  if (dryRun) return cli.print({ would_disable: user }, `${who} would be shut out for good.`);
  await cli.confirm(`Shut out ${who} for good?`, yes);
  await api.DELETE('/api/users/{user_id}', { params });
  cli.print({ disabled: user_id }, `${who} is shut out.`);
}
