import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { SESSION_STATUSES, type SessionStatus } from '#shared/contracts/session.js';
import { allOf, type Cli, dataOf, type Removing } from './cli.js';
import { CliError, EXIT } from './exit-codes.js';
import { wholeNumber } from './whole-number.js';

const LOOK_EVERY_MS = 500;

type Listing = Readonly<{ all?: true; status?: SessionStatus; limit: number }>;

/** Adds `sortie sessions`: desktops that run, and that ran. */
export function addSessionsCommand(program: Command, cli: Cli): void {
  const sessions = program.command('sessions').description('desktops that run, and that ran');
  sessions
    .command('list')
    .description('your sessions, newest first')
    .option('-a, --all', 'everybody’s; for operators, auditors and administrators')
    .addOption(sessions.createOption('--status <status>', 'only these').choices(SESSION_STATUSES))
    .option('--limit <count>', 'how many at most', wholeNumber, 100)
    .action((options: Listing) => list(cli, options));
  sessions
    .command('start <app>')
    .description('launch a desktop app')
    .option('--wait', 'until its desktop is there')
    .action((app: string, { wait: waits }: { wait?: true }) => start(cli, app, waits));
  sessions
    .command('show <id>')
    .description('one session')
    .action((id: string) => show(cli, id));
  sessions
    .command('extend <id>')
    .description('let a session of yours go on for longer')
    .action((id: string) => extend(cli, id));
  sessions
    .command('stop <id>')
    .description('end a session; its desktop goes')
    .option('-n, --dry-run', 'tell what would end, and leave it')
    .option('-y, --yes', 'do not ask')
    .action((id: string, options: Removing) => stop(cli, id, options));
}

async function list({ client, printRows }: Cli, { all, status, limit }: Listing): Promise<void> {
  const api = await client();
  const scope = all ? 'all' : 'own';
  const sessions = await allOf(async (page) => {
    const query = { ...page, scope, ...(status && { status }) } as const;
    const answer = dataOf(await api.GET('/api/sessions', { params: { query } }));
    return { items: answer.sessions, next: answer.next_cursor };
  }, limit);
  const rows = sessions.map((s) => [s.id, s.app_name, s.status, s.created_at, s.reason]);
  printRows(sessions, ['ID', 'APP', 'STATUS', 'CREATED', 'REASON'], rows);
}

async function start({ client, print }: Cli, app_id: string, waits?: true): Promise<void> {
  const api = await client();
  let session = dataOf(await api.POST('/api/sessions', { params: {}, body: { app_id } }));
  const params = { path: { session_id: session.id } };
  while (waits && session.status === 'creating') {
    await wait(LOOK_EVERY_MS);
    session = dataOf(await api.GET('/api/sessions/{session_id}', { params }));
  }
  if (session.status === 'failed') {
    throw new CliError(EXIT.refused, `Session ${session.id} failed: ${session.reason ?? ''}.`);
  }
  print(session, `Session ${session.id} of ${session.app_name} is ${session.status}.`);
}

async function show({ client, print }: Cli, session_id: string): Promise<void> {
  const api = await client();
  const params = { path: { session_id } };
  const session = dataOf(await api.GET('/api/sessions/{session_id}', { params }));
  print(session, JSON.stringify(session, null, 2));
}

async function extend({ client, print }: Cli, session_id: string): Promise<void> {
  const api = await client();
  const params = { path: { session_id } };
  const session = dataOf(await api.POST('/api/sessions/{session_id}/extend', { params }));
  print(session, `Session ${session.id} goes on until ${session.expires_at}.`);
}

async function stop(cli: Cli, session_id: string, { dryRun, yes }: Removing): Promise<void> {
  const api = await cli.client();
  const params = { path: { session_id } };
  const session = dataOf(await api.GET('/api/sessions/{session_id}', { params }));
  const what = `session ${session.id} of ${session.app_name}, which is ${session.status}`;
  if (dryRun) return cli.print({ would_stop: session }, `It would end ${what}.`);
  await cli.confirm(`End ${what}? What is not saved elsewhere is lost.`, yes);
  const ended = dataOf(await api.DELETE('/api/sessions/{session_id}', { params }));
  cli.print(ended, `Session ${ended.id} is ${ended.status}.`);
}
