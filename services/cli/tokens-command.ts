import type { Command } from 'commander';
import { type Scope, SCOPES } from '#shared/es/operation.js';
import { type Cli, dataOf, type Removing } from './cli.js';
import { usageError } from './exit-codes.js';
import { wholeNumber } from './whole-number.js';

type Issuing = Readonly<{ scope: readonly Scope[]; days: number }>;

/** Adds `sortie tokens`: API tokens, which programs use in a person's stead. */
export function addTokensCommand(program: Command, cli: Cli): void {
  const tokens = program.command('tokens').description('API tokens of yours');
  tokens
    .command('list')
    .description('which there are, and when they were last used')
    .action(() => list(cli));
  tokens
    .command('create <name>')
    .description('make a token, shown this once; a person’s sign-in is needed, a token can’t')
    .addOption(
      tokens
        .createOption('-s, --scope <scope...>', 'what it may do')
        .choices(SCOPES)
        .makeOptionMandatory(),
    )
    .option('--days <days>', 'how long it lasts', wholeNumber, 90)
    .action((name: string, options: Issuing) => create(cli, name, options));
  tokens
    .command('revoke <id>')
    .description('end a token at once')
    .option('-n, --dry-run', 'tell which would end, and leave it')
    .option('-y, --yes', 'do not ask')
    .action((id: string, options: Removing) => revoke(cli, id, options));
}

async function list({ client, printRows }: Cli): Promise<void> {
  const api = await client();
  const { tokens } = dataOf(await api.GET('/api/me/tokens', { params: {} }));
  const rows = tokens.map((token) => [
    ...[token.id, token.name, token.scopes.join(' '), token.expires_at.slice(0, 10)],
    token.active ? (token.last_used_at ?? 'never used') : 'ended',
  ]);
  printRows(tokens, ['ID', 'NAME', 'MAY', 'UNTIL', 'LAST USED'], rows);
}

async function create({ client, print }: Cli, name: string, { scope, days }: Issuing) {
  const api = await client();
  const body = { name, scopes: [...scope], expires_in_days: days };
  const made = dataOf(await api.POST('/api/me/tokens', { params: {}, body }));
  print(made, `${made.token ?? 'This token was shown before.'}`);
}

async function revoke(cli: Cli, token_id: string, { dryRun, yes }: Removing): Promise<void> {
  const api = await cli.client();
  const { tokens } = dataOf(await api.GET('/api/me/tokens', { params: {} }));
  const token = tokens.find(({ id }) => id === token_id);
  if (!token) throw usageError(`You have no token ${token_id}; sortie tokens list has them.`);
  const which = `"${token.name}" (${token.scopes.join(' ')})`;
  if (dryRun) return cli.print({ would_revoke: token }, `${which} would end.`);
  await cli.confirm(`End the token ${which}?`, yes);
  await api.DELETE('/api/me/tokens/{token_id}', { params: { path: { token_id } } });
  cli.print({ revoked: token_id }, `${which} has ended.`);
}
