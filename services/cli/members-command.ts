import type { Command } from 'commander';
import { type Cli, dataOf, type Removing } from './cli.js';
import { CliError, EXIT } from './exit-codes.js';
import { groupNamed, userNamed, usersOf } from './named.js';

/** Adds `members` to `sortie groups`: who is in one. */
export function addMembersCommand(groups: Command, cli: Cli): void {
  const members = groups.command('members').description('who is in a group');
  members
    .command('list <group>')
    .description('by id and name')
    .action((group: string) => list(cli, group));
  members
    .command('add <group> <user>')
    .description('put a user into a group')
    .action((group: string, user: string) => add(cli, group, user));
  members
    .command('remove <group> <user>')
    .description('take a user out of a group')
    .option('-n, --dry-run', 'tell who would be taken out, and leave it')
    .option('-y, --yes', 'do not ask')
    .action((group: string, user: string, options: Removing) =>
      remove(cli, [group, user], options),
    );
}

async function list({ client, printRows }: Cli, named: string): Promise<void> {
  const api = await client();
  const { member_ids: ids } = dataOf(await groupNamed(api, named));
  const isIn = new Set(ids);
  const members = (await usersOf(api)).filter(({ id }) => isIn.has(id));
  const rows = members.map(({ id, name, role, status }) => [id, name, role, status]);
  printRows(members, ['ID', 'NAME', 'ROLE', 'STATUS'], rows);
}

/** A group and a user, each by name or id, and what REST calls the one in the other. Errors: CliError, ApiError. */
async function membership({ client }: Cli, [groupName, userName]: [string, string]) {
  const api = await client();
  const [group, user] = [dataOf(await groupNamed(api, groupName)), await userNamed(api, userName)];
  return { api, group, user, params: { path: { group_id: group.id, user_id: user.id } } };
}

async function add(cli: Cli, group: string, user: string): Promise<void> {
  const { api, params, ...found } = await membership(cli, [group, user]);
  await api.PUT('/api/groups/{group_id}/members/{user_id}', { params });
  cli.print(params.path, `${found.user.name} is in "${found.group.name}".`);
}

async function remove(cli: Cli, named: [string, string], { dryRun, yes }: Removing): Promise<void> {
  const { api, params, group, user } = await membership(cli, named);
  const [who, where] = [`${user.name} (${user.id})`, `"${group.name}"`];
  if (!group.member_ids.includes(user.id)) {
    throw new CliError(EXIT.refused, `${who} is not in ${where}.`);
  }
  if (dryRun) return cli.print({ would_remove: params.path }, `${who} would be out of ${where}.`);
  await cli.confirm(`Take ${who} out of ${where}, with what it lets them use?`, yes);
  await api.DELETE('/api/groups/{group_id}/members/{user_id}', { params });
  cli.print({ removed: params.path }, `${who} is out of ${where}.`);
}
