#!/usr/bin/env node
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { z } from 'zod';
import type { ShowProjections } from '#shared/contracts/gateway.js';
import type { rebuildReport, stateHash } from '#shared/contracts/projections.js';
import { ask } from './control-client.js';
import { table } from './table.js';

const program = new Command('sortie')
  .description('Operates the Sortie that runs on a data folder, through its control socket.')
  .option('--data <folder>', 'the data folder', process.env['SORTIE_DATA'] ?? 'data')
  .option('--json', 'print JSON instead of text');

const control = (): string => join(resolve(program.opts<{ data: string }>().data), 'control.sock');

/** Data goes to stdout, as JSON when asked for, so that programs can read it. */
function print(data: unknown, text: string): void {
  const asJson = program.opts<{ json?: boolean }>().json;
  process.stdout.write(`${asJson ? JSON.stringify(data) : text}\n`);
}

const projections = program.command('projections').description('the tables built from the log');

projections
  .command('list')
  .description('where each one stands against the log')
  .action(async () => {
    type Shown = z.infer<typeof ShowProjections.result>;
    const shown = await ask<Shown>({
      socketPath: control(),
      method: 'GET',
      path: '/api/projections',
    });
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
    const path = `/api/projections/${encodeURIComponent(name)}/hash`;
    const shown = await ask<z.infer<typeof stateHash>>({
      socketPath: control(),
      method: 'GET',
      path,
    });
    print(shown, `${shown.hash}  ${shown.name} at sequence ${shown.sequence}`);
  });

projections
  .command('rebuild <name>')
  .description('fill a new table from the whole log beside the old one, then switch')
  .action(async (name: string) => {
    const path = `/api/projections/${encodeURIComponent(name)}/rebuild`;
    const done = await ask<z.infer<typeof rebuildReport>>({
      socketPath: control(),
      method: 'POST',
      path,
      body: {},
    });
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
    const reset = await ask<{ name: string; password: string }>({
      socketPath: control(),
      method: 'POST',
      path: '/api/users/reset-password',
      body: { name },
    });
    print(reset, `The new password of ${reset.name}: ${reset.password}`);
  });

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
