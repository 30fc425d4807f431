import type { Command } from 'commander';
import type { ShowErasureAnswer } from '#shared/client/paths.js';
import { type Cli, dataOf, type Removing } from './cli.js';
import { CliError, EXIT } from './exit-codes.js';
import { userNamed } from './named.js';

/** Adds `erase` to `sortie users`. */
export function addEraseCommand(users: Command, cli: Cli): void {
  users
    .command('erase <name>')
    .description(
      'make unreadable for good what is kept about a disabled user; on the server’s own machine, for a token can’t',
    )
    .option('-n, --dry-run', 'tell what would become unreadable and what would stay, and leave it')
    .option('-y, --yes', 'do not ask')
    .action((name: string, options: Removing) => erase(cli, name, options));
}

async function erase(cli: Cli, name: string, { dryRun, yes }: Removing): Promise<void> {
  const api = await cli.client();
  const user = await userNamed(api, name);
  const params = { path: { user_id: user.id } };
  const erasure = dataOf(await api.GET('/api/users/{user_id}/erasure', { params }));
  const who = `${user.name} (${user.id}, ${user.role})`;
  const outcome = sayOutcome(erasure);
  const first = user.status === 'active' ? `First: sortie users disable ${user.id}` : undefined;
  if (dryRun) {
    const told = [`${who} would be erased. ${outcome}`, ...(first ? [first] : [])];
    return cli.print({ would_erase: { ...user, ...erasure } }, told.join('\n'));
  }
  // Nobody is asked about what would be refused.
  if (first) throw new CliError(EXIT.refused, `${who} is active. ${first}`);
  await cli.confirm(`Erase ${who} for good? ${outcome} There is no way back.`, yes);
  // The name as it was typed: the server looks whether it is theirs.
  const body = { name_confirmation: name };
  await api.POST('/api/users/{user_id}/erase', { params, body });
  cli.print({ erased: user.id }, `${who} is erased; the trail goes on to tell what they did.`);
}

function sayOutcome({ sealed, plain, commits }: ShowErasureAnswer): string {
  const told = `In the ${commits} commits of the log nobody could read ${sayCounts(sealed)} any more`;
  const older = Object.keys(plain).length > 0;
  return older ? `${told}; ${sayCounts(plain)} would stay, being older than the keys.` : `${told}.`;
}

const sayCounts = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([field, count]) => `${count} × ${field}`)
    .join(', ') || 'nothing';
