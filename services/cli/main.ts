#!/usr/bin/env node
import tab from '@bomb.sh/tab/commander';
import { Command, CommanderError } from 'commander';
import { config as loadDotenv } from 'dotenv';
import { ApiError, refusalIn } from '#shared/client/client.js';
import { addAdminCommand } from './admin-command.js';
import { addAppsCommand } from './apps-command.js';
import { addAuditCommand } from './audit-command.js';
import { addCategoriesCommand } from './categories-command.js';
import type { Cli } from './cli.js';
import { connect, type Server } from './connection.js';
import { addDockerCommand } from './docker-command.js';
import { addEventsCommand } from './events-command.js';
import { CliError, EXIT } from './exit-codes.js';
import { addGroupsCommand } from './groups-command.js';
import { addNatsCommand } from './nats-command.js';
import { addProjectionsCommand } from './projections-command.js';
import { addSessionsCommand } from './sessions-command.js';
import { addSignInCommands } from './sign-in-command.js';
import { addStackCommand } from './stack-command.js';
import { addStorageCommand } from './storage.js';
import { harmless, terminalOf } from './terminal.js';
import { addTokensCommand } from './tokens-command.js';
import { addUsersCommand } from './users-command.js';

// The server reads the same file, so both mean the same data folder.
loadDotenv({ quiet: true });
const program = new Command('sortie')
  .description(
    'Speaks to a Sortie: to the one that you signed in to, else to the one on the data folder here, through its control socket.',
  )
  .option('--url <url>', 'the server; https://sortie.example')
  .option('--token-file <file>', 'its API token, instead of the one that sign-in kept')
  .option('--data <folder>', 'the data folder', process.env['SORTIE_DATA'] || 'data')
  .option('--json', 'print JSON instead of text')
  .addHelpText(
    'after',
    '\nEnds with 0 when done, 1 when the server refused, 2 when the command was not understood,\n3 when nobody answered, 4 when you have to sign in.',
  )
  .exitOverride();

const options = () => program.opts<Server & { json?: boolean }>();
const connecting = () => connect(options());
const cli: Cli = {
  ...terminalOf(() => options().json === true),
  connect: connecting,
  client: async () => (await connecting()).client,
};

async function get<T>(path: string): Promise<T> {
  const { send } = await connecting();
  const answer = await send(path);
  if (!answer.ok) throw await refusalIn(answer);
  return (await answer.json()) as T;
}

addSignInCommands(program, cli);
addAppsCommand(program, cli);
addCategoriesCommand(program, cli);
addSessionsCommand(program, cli);
addUsersCommand(program, cli);
addGroupsCommand(program, cli);
addTokensCommand(program, cli);
addEventsCommand(program, cli);
addProjectionsCommand(program, cli);
addAdminCommand(program, cli);
addAuditCommand(program, get, cli);
addNatsCommand(program, cli.print);
addStackCommand(program, cli.print);
addStorageCommand(program, cli.print);
addDockerCommand(program);
tab(program, { completionCommandName: 'completion' });

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = told(error);
}

/** Says why it ended, and with what code. */
function told(error: unknown): number {
  // Commander has said what it did not understand.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
  process.stderr.write(`${harmless(error instanceof Error ? error.message : String(error))}\n`);
  if (error instanceof CliError) return error.exitCode;
  if (!(error instanceof ApiError)) return EXIT.refused;
  // One field that is wrong stands in the sentence already.
  const { errors = [] } = error.problem;
  for (const { field, message } of errors.length > 1 ? errors : []) {
    process.stderr.write(`${harmless(`  ${field}: ${message}`)}\n`);
  }
  return error.problem.code === 'SignInRequired' ? EXIT.signedOut : EXIT.refused;
}
