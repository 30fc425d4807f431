import type { Command } from 'commander';
import { PEOPLE } from '#shared/es/operation.js';
import { type Cli, dataOf, type Removing } from './cli.js';
import { addEraseCommand } from './erase-command.js';
import { userNamed, usersOf } from './named.js';

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
    .command('disable <user>')
    .description(
      'shut out a user, by name or id: sign-ins, tokens and desktops’ viewers end at once',
    )
    .option('-n, --dry-run', 'tell who would be shut out, and leave it')
    .option('-y, --yes', 'do not ask')
    .action((user: string, options: Removing) => disable(cli, user, options));
  addEraseCommand(users, cli);
}

async function list(cli: Cli): Promise<void> {
  const all = await usersOf(await cli.client());
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

async function disable(cli: Cli, named: string, { dryRun, yes }: Removing): Promise<void> {
  const api = await cli.client();
  const user = await userNamed(api, named);
  const who = `${user.name} (${user.id}, ${user.role})`;
  if (dryRun) return cli.print({ would_disable: user }, `${who} would be shut out for good.`);
  await cli.confirm(`Shut out ${who} for good?`, yes);
  await api.DELETE('/api/users/{user_id}', { params: { path: { user_id: user.id } } });
  cli.print({ disabled: user.id }, `${who} is shut out.`);
}
