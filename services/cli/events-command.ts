import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { ApiError, refusalIn } from '#shared/client/client.js';
import type { Cli } from './cli.js';
import type { Connection } from './connection.js';
import { CliError, EXIT, usageError } from './exit-codes.js';
import { eventsIn } from './server-sent-events.js';

const PLACE = /^\d{1,15}$/;
const RETRY_MS = 500;
const RETRY_MS_MAX = 30_000;

type Following = Readonly<{ after?: string | undefined; cursor?: string | undefined }>;

/** Adds `sortie events follow`. */
export function addEventsCommand(program: Command, cli: Cli): void {
  const events = program.command('events').description('what happens, as it happens');
  events
    .command('follow')
    .description('print events, one JSON object a line, and go on where it broke')
    .option('--after <sequence>', 'the last event that you have; new ones only when absent')
    .option('--cursor <file>', 'keep the place in this file, and go on from there')
    .action((options: Following) => follow(cli, options));
}

async function follow(cli: Cli, { after, cursor }: Following): Promise<void> {
  const { send } = await cli.connect();
  let last = await placeToGoOnFrom({ after, cursor });
  let rest = RETRY_MS;
  for (;;) {
    const answer = await open(send, last);
    if (answer) {
      rest = RETRY_MS;
      // A stream that breaks is taken up again after its last event.
      await printed(answer, async (place) => {
        last = place;
        if (cursor !== undefined) await keep(cursor, place);
      }).catch(() => undefined);
    }
    cli.tell(`Lost the server${last === undefined ? '' : ` after ${last}`}; trying again.`);
    await wait(rest);
    rest = Math.min(2 * rest, RETRY_MS_MAX);
  }
}

/** The place that was named, else the one in the file; undefined for the end of the log. Errors: CliError. */
async function placeToGoOnFrom({ after, cursor }: Following): Promise<string | undefined> {
  if (after !== undefined) {
    if (PLACE.test(after)) return after;
    throw usageError(`--after takes a sequence, and "${after}" is none.`);
  }
  if (cursor === undefined || !existsSync(cursor)) return undefined;
  const place = (await readFile(cursor, 'utf8')).trim();
  if (PLACE.test(place)) return place;
  throw usageError(`${cursor} holds no place in the log; remove it to begin with new events.`);
}

/** Opens the stream after a place; undefined when nobody can be reached just now. Errors: ApiError. */
async function open(
  send: Connection['send'],
  last: string | undefined,
): Promise<Response | undefined> {
  const headers = {
    accept: 'text/event-stream',
    ...(last !== undefined && { 'last-event-id': last }),
  };
  try {
    const answer = await send('/api/events', { headers });
    if (answer.ok) return answer;
    throw await refusalIn(answer);
  } catch (error) {
    if (error instanceof CliError && error.exitCode === EXIT.unreachable) return undefined;
    if (error instanceof ApiError && error.problem.status >= 500) return undefined;
    throw error;
  }
}

async function printed(answer: Response, onPlace: (place: string) => Promise<void>): Promise<void> {
  for await (const { id, data } of eventsIn(answer)) {
    if (data !== '') process.stdout.write(`${data}\n`);
    if (id !== undefined) await onPlace(id);
  }
}

/** Whole or as it was: a place that is cut short would be another place. */
async function keep(path: string, place: string): Promise<void> {
  await writeFile(`${path}.new`, `${place}\n`);
  await rename(`${path}.new`, path);
}
