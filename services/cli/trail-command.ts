import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { Command } from 'commander';
import { refusalIn } from '#shared/client/client.js';
import { allOf, type Cli, dataOf } from './cli.js';
import { CliError, EXIT, usageError } from './exit-codes.js';
import { wholeNumber } from './whole-number.js';

const OWNER_ONLY = 0o600;

type Filters = Readonly<{
  query?: string;
  user?: string;
  action?: string;
  since?: string;
  until?: string;
  outcome?: 'done' | 'refused';
}>;
type Listing = Filters & Readonly<{ limit: number }>;
type Download = Filters & Readonly<{ format: 'csv' | 'ndjson'; output?: string }>;

/** Adds `sortie audit list` and `audit download` to `sortie audit`. */
export function addTrailCommands(audit: Command, cli: Cli): void {
  filtered(audit.command('list'))
    .description('who did what, newest first')
    .option('--limit <count>', 'how many at most', wholeNumber, 100)
    .action((options: Listing) => list(cli, options));
  filtered(audit.command('download'))
    .description('the trail as a file, oldest first; taking it out is in the trail itself')
    .addOption(
      audit.createOption('--format <format>', 'of it').choices(['csv', 'ndjson']).default('ndjson'),
    )
    .option('-o, --output <file>', 'where to write; standard output when absent')
    .action((options: Download) => download(cli, options));
}

const filtered = (command: Command): Command =>
  command
    .option('-q, --query <words>', 'words that an entry must have')
    .option('--user <id>', 'who did it')
    .option('--action <action>', 'what was done, as CREATE_APP')
    .option('--since <time>', 'that moment and later; 2026-11-20T08:00:00Z')
    .option('--until <time>', 'before that moment')
    .addOption(
      command.createOption('--outcome <outcome>', 'only these').choices(['done', 'refused']),
    );

function queryOf({ query: q, user, action, since, until, outcome }: Filters) {
  return {
    ...(q !== undefined && { q }),
    ...(user !== undefined && { user }),
    ...(action !== undefined && { action }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(outcome !== undefined && { outcome }),
  };
}

async function list({ client, printRows }: Cli, options: Listing): Promise<void> {
  const api = await client();
  const entries = await allOf(async (page) => {
    const query = { ...queryOf(options), ...page };
    const answer = dataOf(await api.GET('/api/audit', { params: { query } }));
    return { items: answer.entries, next: answer.next_cursor };
  }, options.limit);
  const rows = entries.map((entry) => [
    ...[entry.timestamp, entry.user, entry.action, entry.outcome],
    ...[`${entry.resource_type} ${entry.resource_id}`, JSON.stringify(entry.details)],
  ]);
  printRows(entries, ['TIME', 'USER', 'ACTION', 'OUTCOME', 'OF', 'DETAILS'], rows);
}

async function download(cli: Cli, { format, output, ...filters }: Download): Promise<void> {
  const { send } = await cli.connect();
  const query = new URLSearchParams({ ...queryOf(filters), format });
  const answer = await send(`/api/audit/export?${query.toString()}`);
  if (!answer.ok) throw await refusalIn(answer);
  const body = Readable.fromWeb(answer.body as ReadableStream);
  try {
    if (output === undefined) return await pipeline(body, process.stdout, { end: false });
    await pipeline(body, createWriteStream(`${output}.part`, { mode: OWNER_ONLY }));
    await rename(`${output}.part`, output);
  } catch (cause) {
    if (output !== undefined) await rm(`${output}.part`, { force: true });
    if (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('E')) {
      throw usageError(`${output ?? 'Standard output'} can not be written: ${cause.message}.`);
    }
    throw new CliError(
      EXIT.unreachable,
      'The server ended in the middle; what came is not whole.',
      cause,
    );
  }
  cli.tell(
    `The trail up to sequence ${answer.headers.get('sortie-as-of') ?? '?'} is in ${output}.`,
  );
}
