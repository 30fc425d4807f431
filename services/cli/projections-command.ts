import type { Command } from 'commander';
import { type Cli, dataOf } from './cli.js';

/** Adds `sortie projections`: the tables that are built from the log. */
export function addProjectionsCommand(program: Command, cli: Cli): void {
  const projections = program.command('projections').description('the tables built from the log');
  projections
    .command('list')
    .description('where each one stands against the log')
    .action(() => list(cli));
  projections
    .command('hash <name>')
    .description('the state hash; two rebuilds of the same log have the same')
    .action((name: string) => hash(cli, name));
  projections
    .command('rebuild <name>')
    .description('fill a new table from the whole log beside the old one, then switch')
    .action((name: string) => rebuild(cli, name));
}

async function list({ client, printRows }: Cli): Promise<void> {
  const api = await client();
  const shown = dataOf(await api.GET('/api/projections', { params: {} }));
  const rows = shown.projections.map((p) => [p.name, p.checkpoint, p.lag, p.error ?? p.status]);
  printRows(shown, ['PROJECTION', 'CHECKPOINT', 'LAG', 'STATUS'], rows);
}

async function hash({ client, print }: Cli, name: string): Promise<void> {
  const api = await client();
  const params = { path: { name } };
  const shown = dataOf(await api.GET('/api/projections/{name}/hash', { params }));
  print(shown, `${shown.hash}  ${shown.name} at sequence ${shown.sequence}`);
}

async function rebuild({ client, print, tell }: Cli, name: string): Promise<void> {
  const api = await client();
  if (process.stderr.isTTY) tell('Reading the whole log; this takes a while on a long one.');
  const params = { path: { name } };
  const done = dataOf(await api.POST('/api/projections/{name}/rebuild', { params }));
  const same = done.hashBefore === done.hashAfter ? 'the same as before' : 'DIFFERENT from before';
  print(
    done,
    `${done.name}: ${done.events} events in ${done.durationMs} ms, up to sequence ${done.sequence}; its hash is ${same}:\n${done.hashAfter}`,
  );
}
