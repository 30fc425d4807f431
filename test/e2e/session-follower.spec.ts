// Goal: a stranger's program, written from the documents alone, hears of every event of a session, whatever is killed.
// Method: the example program with a reader's key beside a real Sortie on a real nats-server; SIGKILL, a restart of the
// server, and what it has printed against what the log holds.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, onTestFailed } from 'vitest';
import { readerRequests } from '#shared/contracts/readers.js';
import { AsyncApiSchemas } from '#test/support/asyncapi-schemas.js';
import { Client } from '#test/support/client.js';
import { type DistributedStage, startDistributed } from '#test/support/distributed-stage.js';
import { Follower } from '#test/support/follower.js';
import { newNatsUser } from '#test/support/nats-server.js';
import { until } from '#test/support/waits.js';

const START_MS_MAX = 60_000;
/** An unacknowledged event comes again after five seconds; a busy machine is later. */
const HEARD_MS_MAX = 60_000;
const TEST_MS_MAX = 300_000;
const REFUSALS = 60;
const KILLS = 3;

const key = newNatsUser();
let stage: DistributedStage<'everything'>;
let folder: string;
let admin: Client;
let follower: Follower;

beforeAll(async () => {
  stage = await startDistributed({
    processes: { everything: ['identity', 'catalog', 'session', 'audit', 'gateway'] },
    database: 'sqlite',
    readers: [{ name: 'billing', nkey: key.nkey, requests: readerRequests(['session'], key.nkey) }],
  });
  folder = await mkdtemp(join(tmpdir(), 'sortie-follower-'));
  await writeFile(join(folder, 'billing.nkey'), `${key.seed}\n`, { mode: 0o600 });
  admin = await new Client(stage.processes.everything.url).signIn('admin', stage.password);
});
afterAll(async () => {
  await stage?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  onTestFailed(() => console.error(follower.complaints, stage.output()));
  // The key's consumer goes on where the one before ended, so what it prints is the rest of the same story.
  follower ??= new Follower(stage.nats.url, join(folder, 'billing.nkey'));
  follower.start();
});
afterEach(() => follower.kill());

const idsInLog = async (): Promise<string[]> =>
  (await stage.log())
    .filter(({ stream }) => stream.startsWith('sortie.event.session.'))
    .flatMap(({ events }) => (events as unknown as { id: string }[]).map(({ id }) => id));

/** What it has printed, in the order in which each event came first. */
const idsPrinted = (): string[] => [...new Set(follower.printed.map(({ id }) => id))];

/** What the log gets meanwhile, such as a desktop's end, is to be heard as well. */
async function expectAllHeard(): Promise<void> {
  const isAll = async () => isDeepStrictEqual(idsPrinted(), await idsInLog());
  await until('the follower has heard of everything', isAll, HEARD_MS_MAX).catch(() => undefined);
  expect(idsPrinted()).toEqual(await idsInLog());
}

async function launch(): Promise<string> {
  const { status, body } = await admin.post('/api/sessions', { app_id: 'terminal' });
  expect(status, JSON.stringify(body)).toBe(201);
  const running = async () =>
    (await admin.get(`/api/sessions/${body.id}`)).body.status === 'running';
  await until('the desktop runs', running, START_MS_MAX);
  return body.id as string;
}

/** A refused attempt is an event, too. */
const refusedAttempt = (n: number) => admin.delete(`/api/sessions/nothing-${n}`);

it('prints a session’s life, goes on after SIGKILL, and misses nothing', async () => {
  const id = await launch();
  const types = () => follower.printed.map(({ type }) => type);
  await until('it has heard', () => types().includes('sortie.session.SessionStarted.v1'));
  await follower.kill();
  await admin.post(`/api/sessions/${id}/viewer-tickets`, {});
  expect((await admin.delete(`/api/sessions/${id}`)).status).toBeLessThan(300);
  const ended = async () => (await stage.log()).flatMap(({ events }) => events);
  await until('the desktop is gone', async () =>
    (await ended()).some(({ type }) => type === 'sortie.session.RuntimeEnded.v1'),
  );
  expect(types()).not.toContain('sortie.session.SessionStopped.v1');
  follower.start();
  await expectAllHeard();
  expect(types()).toEqual(
    expect.arrayContaining(
      ['SessionRequested', 'SessionStarted', 'SessionStopped', 'RuntimeEnded'].map(
        (name) => `sortie.session.${name}.v1`,
      ),
    ),
  );
});

it(
  'misses nothing when it is killed again and again under a stream of events',
  async () => {
    let heard = follower.printed.length;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const from = kill * REFUSALS;
      const attempts = Array.from({ length: REFUSALS }, (_, n) => refusedAttempt(from + n));
      await until('it hears some', () => follower.printed.length > heard + 5, HEARD_MS_MAX);
      await follower.kill();
      await Promise.all(attempts);
      heard = follower.printed.length;
      follower.start();
    }
    await expectAllHeard();
    expect(idsPrinted().length).toBeGreaterThan(KILLS * REFUSALS);
  },
  TEST_MS_MAX,
);

it('goes on by itself after a restart of the server', async () => {
  await refusedAttempt(1_000);
  await expectAllHeard();
  await stage.nats.restart();
  await until(
    'Sortie is back',
    async () => (await refusedAttempt(1_001)).status === 404,
    START_MS_MAX,
  );
  await expectAllHeard();
  expect(follower.isRunning).toBe(true);
});

it('is told nothing that the document of the running server does not have', async () => {
  const { status, body } = await new Client(stage.processes.everything.url).get(
    '/api/asyncapi.json',
  );
  expect(status).toBe(200);
  const schemas = new AsyncApiSchemas(body as object);
  const commits = await stage.log();
  expect(commits.length).toBeGreaterThan(KILLS * REFUSALS);
  expect(commits.flatMap(({ stream, events }) => schemas.faults(stream, 'commit', events))).toEqual(
    [],
  );
});
