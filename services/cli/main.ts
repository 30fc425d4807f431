#!/usr/bin/env node
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { config as loadDotenv } from 'dotenv';
import type { z } from 'zod';
import type { ShowProjections } from '#shared/contracts/gateway.js';
import type { ResetPassword } from '#shared/contracts/identity.js';
import type { rebuildReport, stateHash } from '#shared/contracts/projections.js';
import { addAuditCommand } from './audit-command.js';
import { type Asked, ask } from './control-client.js';
import { addDockerCommand } from './docker-command.js';
import { addNatsCommand } from './nats-command.js';
import { addStackCommand } from './stack-command.js';
import { addStorageCommand } from './storage.js';
import { table } from './table.js';

// The server reads the same file, so both mean the same data folder.
loadDotenv({ quiet: true });
const program = new Command('sortie')
  .description('Operates the Sortie that runs on a data folder, through its control socket.')
  .option('--data <folder>', 'the data folder', process.env['SORTIE_DATA'] || 'data')
  .option('--json', 'print JSON instead of text');

function server<T>(asked: Omit<Asked, 'socketPath'>): Promise<T> {
  const folder = resolve(program.opts<{ data: string }>().data);
  return ask<T>({ ...asked, socketPath: join(folder, 'control.sock') });
}

/** Data goes to stdout, as JSON when asked for, so that programs can read it. */
function print(data: unknown, text: string): void {
  const asJson = program.opts<{ json?: boolean }>().json;
  process.stdout.write(`${asJson ? JSON.stringify(data) : text}\n`);
}

const pathOf = (name: string): string => `/api/projections/${encodeURIComponent(name)}`;

const projections = program.command('projections').description('the tables built from the log');

projections
  .command('list')
  .description('where each one stands against the log')
  .action(async () => {
    type Shown = z.infer<typeof ShowProjections.result>;
    const shown = await server<Shown>({ method: 'GET', path: '/api/projections' });
    const rows = shown.projections.map((p) => [
      p.name,
      String(p.checkpoint),
      String(p.lag),
      p.error ?? p.status,
    ]);
    print(shown, table(['PROJECTION', 'CHECKPOINT', 'LAG', 'STATUS'], rows));
  });

projections
  .command('hash <name>')
  .description('the state hash; two rebuilds of the same log have the same')
  .action(async (name: string) => {
    type Shown = z.infer<typeof stateHash>;
    const shown = await server<Shown>({ method: 'GET', path: `${pathOf(name)}/hash` });
    print(shown, `${shown.hash}  ${shown.name} at sequence ${shown.sequence}`);
  });

projections
  .command('rebuild <name>')
  .description('fill a new table from the whole log beside the old one, then switch')
  .action(async (name: string) => {
    type Report = z.infer<typeof rebuildReport>;
    const path = `${pathOf(name)}/rebuild`;
    const done = await server<Report>({ method: 'POST', path, body: {} });
    const same =
      done.hashBefore === done.hashAfter ? 'the same as before' : 'DIFFERENT from before';
    print(
      done,
      `${done.name}: ${done.events} events in ${done.durationMs} ms, up to sequence ${done.sequence}; its hash is ${same}:\n${done.hashAfter}`,
    );
  });

program
  .command('admin')
  .description('administrators')
  .command('reset-password <name>')
  .description('give a user a new random password, shown once, and end the user’s sign-ins')
  .action(async (name: string) => {
    type Reset = z.infer<typeof ResetPassword.result>;
    const path = '/api/users/reset-password';
    const reset = await server<Reset>({ method: 'POST', path, body: { name } });
    print(reset, `The new password of ${reset.name}: ${reset.password}`);
  });

addAuditCommand(program, (path) => server({ method: 'GET', path }), print);
addNatsCommand(program, print);
addStackCommand(program, print);
addStorageCommand(program, print);
addDockerCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
