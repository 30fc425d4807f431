import type { Command } from 'commander';
import { type Cli, dataOf, type Removing, versionOf } from './cli.js';
import { addMembersCommand } from './members-command.js';
import { groupNamed, groupsOf } from './named.js';

/** Adds `sortie groups`: users who are let into apps together. */
export function addGroupsCommand(program: Command, cli: Cli): void {
  const groups = program
    .command('groups')
    .description('users who are let into apps together; say a group’s or a user’s name, or id');
  groups
    .command('list')
    .description('all groups, and how many are in each')
    .action(() => list(cli));
  groups
    .command('create <name>')
    .description('make a group, with nobody in it')
    .action((name: string) => create(cli, name));
  groups
    .command('rename <group> <name>')
    .description('give a group another name')
    .action((group: string, name: string) => rename(cli, group, name));
  groups
    .command('remove <group>')
    .description('delete a group; its members lose what it let them use')
    .option('-n, --dry-run', 'tell what would go, and leave it')
    .option('-y, --yes', 'do not ask')
    .action((group: string, options: Removing) => remove(cli, group, options));
  addMembersCommand(groups, cli);
}

async function list({ client, printRows }: Cli): Promise<void> {
  const groups = await groupsOf(await client());
  const rows = groups.map(({ id, name, members }) => [id, name, members]);
  printRows(groups, ['ID', 'NAME', 'MEMBERS'], rows);
}

async function create({ client, print }: Cli, name: string): Promise<void> {
  const api = await client();
  const group = dataOf(await api.POST('/api/groups', { params: {}, body: { name } }));
  print(group, `"${group.name}" is there as ${group.id}, with nobody in it.`);
}

async function rename({ client, print }: Cli, named: string, name: string): Promise<void> {
  const api = await client();
  const found = await groupNamed(api, named);
  const { id: group_id, name: before } = dataOf(found);
  const params = { path: { group_id }, header: { 'If-Match': versionOf(found) } };
  const group = dataOf(await api.PUT('/api/groups/{group_id}', { params, body: { name } }));
  print(group, `"${before}" is "${group.name}" from now on.`);
}

async function remove(cli: Cli, named: string, { dryRun, yes }: Removing): Promise<void> {
  const api = await cli.client();
  const found = await groupNamed(api, named);
  const group = dataOf(found);
  const { id: group_id, member_ids: members } = group;
  const which = `"${group.name}" (${group_id})`;
  const losing = `Members who would lose what it lets them use: ${members.length}.`;
  if (dryRun) return cli.print({ would_remove: group }, `${which} would go. ${losing}`);
  await cli.confirm(`Delete the group ${which}? ${losing}`, yes);
  const header = { 'If-Match': versionOf(found) };
  await api.DELETE('/api/groups/{group_id}', { params: { path: { group_id }, header } });
  cli.print({ removed: group_id }, `${which} is gone.`);
}
