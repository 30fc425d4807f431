import { hostname } from 'node:os';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { ApiError, sortieClient } from '#shared/client/client.js';
import { type Scope, SCOPES } from '#shared/es/operation.js';
import { type Cli, dataOf } from './cli.js';
import { addressOf, connectAsNobody, type Connection } from './connection.js';
import { credentialsPath, readCredentials, writeCredentials } from './credentials.js';
import { wholeNumber } from './whole-number.js';

const DAYS = 30;
const NAME_LENGTH_MAX = 60;

type SigningIn = Readonly<{ withToken?: true; scope: readonly Scope[]; days: number }>;

/** Adds `sortie sign-in`, `sign-out` and `whoami`. */
export function addSignInCommands(program: Command, cli: Cli): void {
  program
    .command('sign-in <url>')
    .description('sign in to a Sortie elsewhere; from then on commands go there')
    .option('--with-token', 'read an API token from standard input, instead of asking on the page')
    .addOption(
      program
        .createOption('-s, --scope <scope...>', 'what this command may do in your name')
        .choices(SCOPES)
        .default(SCOPES),
    )
    .option('--days <days>', 'for how long', wholeNumber, DAYS)
    .action((url: string, options: SigningIn) => signIn(cli, url, options));
  program
    .command('sign-out')
    .description('forget the token of the server that commands go to')
    .action(() => signOut(cli));
  program
    .command('whoami')
    .description('who you are there')
    .action(() => whoAmI(cli));
}

async function signIn(cli: Cli, named: string, options: SigningIn): Promise<void> {
  const url = addressOf(named);
  const token = options.withToken
    ? (await text(process.stdin)).trim()
    : await approvedToken(cli, url, options);
  // A token that lets nobody in is not kept.
  const me = dataOf(await sortieClient({ url, token }).GET('/api/me', { params: {} }));
  const path = credentialsPath();
  const { tokens } = await readCredentials(path);
  await writeCredentials(path, { current: url, tokens: { ...tokens, [url]: token } });
  cli.print({ url, user: me }, `Signed in to ${url} as ${me.name} (${me.role}).`);
}

/** Asks a person to say yes on the page, in any browser, and waits for it (RFC 8628). */
async function approvedToken(cli: Cli, url: string, { scope, days }: SigningIn): Promise<string> {
  const { client } = connectAsNobody(url);
  const name = `sortie on ${hostname()}`.slice(0, NAME_LENGTH_MAX);
  const body = { name, scopes: [...scope], expires_in_days: days };
  const asked = dataOf(await client.POST('/api/device-codes', { params: {}, body }));
  cli.tell(
    `Open ${asked.verification_url_complete}\nand compare the code there with this one: ${asked.user_code}\nIt is good for ${Math.round(asked.expires_in / 60)} minutes.`,
  );
  for (let seconds = asked.interval; ;) {
    await wait(seconds * 1_000);
    const answer = await collected(client, asked.device_code);
    if (answer === 'slower') seconds += asked.interval;
    else if (answer !== 'later') return answer.token;
  }
}

/** The token, once there is one. Errors: ApiError when there will be none. */
async function collected(
  client: Connection['client'],
  device_code: string,
): Promise<{ token: string } | 'later' | 'slower'> {
  try {
    const body = { device_code };
    return dataOf(await client.POST('/api/device-codes/token', { params: {}, body }));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.problem.code === 'AuthorizationPending') return 'later';
    if (error.problem.code === 'SlowDown') return 'slower';
    throw error;
  }
}

async function signOut(cli: Cli): Promise<void> {
  const path = credentialsPath();
  const { current, tokens } = await readCredentials(path);
  if (current === undefined) return cli.print({ signed_out: null }, 'You were not signed in.');
  const { [current]: _gone, ...others } = tokens;
  await writeCredentials(path, { tokens: others });
  cli.print(
    { signed_out: current },
    `The token for ${current} is forgotten here; end it there, too, with your tokens.`,
  );
}

async function whoAmI({ client, print }: Cli): Promise<void> {
  const api = await client();
  const me = dataOf(await api.GET('/api/me', { params: {} }));
  print(me, `${me.name} (${me.id}), ${me.role}`);
}
