// Goal: with two of everything, whatever of it dies or is restarted, the other one carries on, and no desktop notices.
// Method: two gateways and two processes with all services on a real NATS and PostgreSQL; kill -9, SIGTERM, real desktops.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { chosenPassword, Client } from '#test/support/client.js';
import { trackSession } from '#test/support/desktop.js';
import {
  type DistributedStage,
  startDistributed,
  TWO_OF_EVERYTHING,
} from '#test/support/distributed-stage.js';
import { EventReader } from '#test/support/event-reader.js';
import {
  CatalogueWorker,
  Contested,
  creationOf,
  SHARED_APPS,
} from '#test/support/fault-workload.js';
import { historyFaults, historyFigures } from '#test/support/history.js';
import { displayOf, liveRuntimes } from '#test/support/live-runtimes.js';
import { newPerson } from '#test/support/people.js';
import { seededRandom } from '#test/support/random.js';
import { nothingYet, RecordingClient } from '#test/support/recording-client.js';
import { sessionsIn } from '#test/support/session-faults.js';
import { closeViewer, greetingOf, openViewer, type Viewer } from '#test/support/viewer.js';
import { until } from '#test/support/waits.js';

/** A lease runs out after three seconds; a busy machine is later. */
const TAKE_OVER_MS_MAX = 60_000;
const START_MS_MAX = 60_000;
const ROLLING_MS_MAX = 300_000;
const SERVICES = TWO_OF_EVERYTHING['services-a'];

let stage: DistributedStage<keyof typeof TWO_OF_EVERYTHING>;
/** The administrator, at each gateway. */
let atA: Client;
let atB: Client;

beforeAll(async () => {
  stage = await startDistributed({
    processes: TWO_OF_EVERYTHING,
    postgresSettings: { fsync: 'off' },
  });
  await signIn();
});
afterAll(() => stage?.close());

async function signIn(): Promise<void> {
  const { processes, password } = stage;
  atA = await new Client(processes['gateway-a'].url).signIn('admin', password);
  atB = await new Client(processes['gateway-b'].url).signIn('admin', password);
}

/** Tells what the processes said, should the test fail. */
const tellIfFailed = () => onTestFailed(() => console.error(stage.output()));

/** What a replica leads in. */
async function leasesOf({ pid }: { pid: number }): Promise<string[]> {
  const held = SERVICES.map(
    (service) =>
      `SELECT '${service} ' || name AS lease FROM sortie_${service}.leases WHERE owner LIKE '%/${pid}/%'`,
  );
  const rows = await stage.postgres.sql<{ lease: string }>(held.join(' UNION ALL '));
  return rows.map(({ lease }) => lease);
}

/** Lets the first replica lead in everything and the second stand by, whoever led before. */
async function firstLeads(): Promise<void> {
  const { 'services-a': first, 'services-b': second } = stage.processes;
  const all = [...(await leasesOf(first)), ...(await leasesOf(second))];
  await second.kill('SIGTERM');
  const leads = async () => {
    const held = await leasesOf(first);
    return all.every((lease) => held.includes(lease));
  };
  await until('the first replica leads in everything', leads, TAKE_OVER_MS_MAX);
  await until('the first replica projects', () => isShownAtOnce('alone'), TAKE_OVER_MS_MAX);
  await second.start();
}

let made = 0;
/** Creates an app, and says whether a read model had it by the time of the answer. */
async function isShownAtOnce(prefix: string): Promise<boolean> {
  const id = `${prefix}-${(made += 1)}`;
  const { status, headers } = await atB.post('/api/apps', {
    ...{ id, name: id, url: 'https://a.example' },
  });
  return status === 201 && headers.get('sortie-read-model') !== 'behind';
}

async function launch(client: Client): Promise<string> {
  const { status, body } = await client.post('/api/sessions', { app_id: 'terminal' });
  expect(status, JSON.stringify(body)).toBe(201);
  await until(
    'the desktop runs',
    async () => (await client.get(`/api/sessions/${body.id}`)).body.status === 'running',
    START_MS_MAX,
  );
  return body.id;
}

/** A session as the log has it. */
const loggedSession = async (sessionId: string) =>
  sessionsIn(await stage.log()).find(({ id }) => id === sessionId);
const eventsOf = async (sessionId: string): Promise<readonly string[]> =>
  (await loggedSession(sessionId))?.events ?? [];

async function viewerAt(gateway: Client, url: string, id: string): Promise<Viewer> {
  const { status, body } = await gateway.post(`/api/sessions/${id}/viewer-tickets`);
  expect(status, JSON.stringify(body)).toBe(201);
  return openViewer(url, id, { ticket: body.ticket });
}

describe('of two replicas', () => {
  it('the one that stands by projects within seconds of the death of the other, and writes go on', async () => {
    tellIfFailed();
    await firstLeads();
    await stage.processes['services-a'].kill();
    const died = performance.now();
    await until('the other one projects', () => isShownAtOnce('after'), TAKE_OVER_MS_MAX);
    console.info(`another replica projects after ${Math.round(performance.now() - died)} ms`);
    const { body } = await atB.get('/api/apps?limit=1000');
    const ids = body.apps.map(({ id }: { id: string }) => id);
    expect(ids.filter((id: string) => id.startsWith('after-')).length).toBeGreaterThan(0);
    await stage.processes['services-a'].start();
  });

  it('the other one adopts the desktops of one that was killed, and can end them', async () => {
    tellIfFailed();
    await firstLeads();
    const id = await launch(atA);
    const processes = trackSession(stage.runtimeDir, id);
    const display = displayOf(stage.runtimeDir, id);
    expect(display).toBeDefined();
    await stage.processes['services-a'].kill();
    await until(
      'it is adopted',
      async () => (await eventsOf(id)).includes('RuntimeAdopted'),
      TAKE_OVER_MS_MAX,
    );
    expect(displayOf(stage.runtimeDir, id)).toBe(display);
    expect(await eventsOf(id)).toEqual(['SessionRequested', 'SessionStarted', 'RuntimeAdopted']);
    const stopped = await atB.delete(`/api/sessions/${id}`);
    expect([stopped.status, stopped.body.status]).toEqual([200, 'stopped']);
    await until('its processes are gone', () => processes() === 0, START_MS_MAX);
    await stage.processes['services-a'].start();
  });

  it('one that was held while it started a desktop finds it in other hands, and spoils nothing', async () => {
    tellIfFailed();
    await firstLeads();
    const first = stage.processes['services-a'];
    const { body } = await atA.post('/api/sessions', { app_id: 'terminal' });
    const { id } = body;
    await until('its folder is there', () => existsSync(join(stage.runtimeDir, id)));
    first.pause();
    try {
      await until(
        'the other one starts it',
        async () => (await eventsOf(id)).includes('SessionStarted'),
        START_MS_MAX,
      );
    } finally {
      first.resume();
    }
    // Only what it does after it woke up can spoil anything, and it has woken up when it answers again.
    for (let answers = 0; answers < 20; answers += 1)
      expect((await atA.get('/api/me')).status).toBe(200);
    await firstLeads();
    const { status, failure, events } = (await loggedSession(id)) ?? {};
    expect({ status, failure }, events?.join()).toEqual({ status: 'running', failure: undefined });
    expect(liveRuntimes(stage.runtimeDir).get(id)).toBe(1);
    const viewer = await viewerAt(atB, stage.processes['gateway-b'].url, id);
    expect(await greetingOf(viewer)).toBe('RFB 003.008');
    await closeViewer(viewer);
    expect((await eventsOf(id)).filter((name) => name !== 'RuntimeAdopted')).toEqual([
      'SessionRequested',
      'SessionStarted',
    ]);
    expect((await atA.delete(`/api/sessions/${id}`)).status).toBe(200);
    await until(
      'nothing is left of it',
      () => !liveRuntimes(stage.runtimeDir).has(id),
      START_MS_MAX,
    );
  });
});

describe('of two gateways', () => {
  it('the other one opens the desktop whose gateway died', async () => {
    tellIfFailed();
    const { 'gateway-a': first, 'gateway-b': second } = stage.processes;
    const id = await launch(atA);
    const viewer = await viewerAt(atA, first.url, id);
    await greetingOf(viewer);
    await first.kill();
    expect(await viewer.closedWith()).toBe(1006);
    const again = await viewerAt(atB, second.url, id);
    expect(again.status).toBe(101);
    expect(await greetingOf(again)).toBe('RFB 003.008');
    await closeViewer(again);
    await first.start();
    await signIn();
    expect((await atA.delete(`/api/sessions/${id}`)).status).toBe(200);
  });

  it('either redeems a ticket of the other, once', async () => {
    tellIfFailed();
    const { 'gateway-a': first, 'gateway-b': second } = stage.processes;
    const id = await launch(atA);
    const { body } = await atA.post(`/api/sessions/${id}/viewer-tickets`);
    const viewer = await openViewer(second.url, id, body);
    expect(viewer.status).toBe(101);
    expect((await openViewer(first.url, id, body)).status).toBe(401);
    expect((await openViewer(second.url, id, body)).status).toBe(401);
    await closeViewer(viewer);
    expect((await atA.delete(`/api/sessions/${id}`)).status).toBe(200);
  });

  it('both know a sign-in, and a sign-out at one closes streams and viewers at the other', async () => {
    tellIfFailed();
    const { 'gateway-a': first, 'gateway-b': second } = stage.processes;
    const anna = await newPerson(first.url, atA, { name: 'anna' });
    const { cookie } = anna.client;
    const annaAtB = new Client(second.url);
    const me = await annaAtB.get('/api/me', { headers: { cookie } });
    expect([me.status, me.body.name]).toEqual([200, 'anna']);
    const id = await launch(anna.client);
    const ticket = await anna.client.post(`/api/sessions/${id}/viewer-tickets`);
    const viewer = await openViewer(second.url, id, ticket.body);
    await greetingOf(viewer);
    const stream = await EventReader.open(second.url, { cookie });
    expect(stream.status).toBe(200);
    expect((await anna.client.post('/api/sign-out')).status).toBe(204);
    expect(await viewer.closedWith()).toBe(4403);
    await until('the stream ends', () => stream.isEnded);
    expect((await annaAtB.get('/api/me', { headers: { cookie } })).status).toBe(401);
    expect((await atA.delete(`/api/sessions/${id}`)).status).toBe(200);
  });
});

describe('a rolling restart', () => {
  const random = seededRandom(7);
  const recorded = nothingYet();

  async function worker(name: string, contested: Contested) {
    const { processes, password } = stage;
    const gateways = [processes['gateway-a'], processes['gateway-b']];
    const giveUp = AbortSignal.timeout(ROLLING_MS_MAX);
    const client = new RecordingClient({ gateways, random, recorded, giveUp });
    await client.signIn('admin', chosenPassword('admin', password));
    return { client, worker: new CatalogueWorker({ name, client, random, contested }) };
  }

  it(
    'of every process under load loses no write, and no desktop',
    async () => {
      tellIfFailed();
      const id = await launch(atA);
      const displays = liveRuntimes(stage.runtimeDir);
      const stop = new AbortController();
      const contested = new Contested();
      const workers = await Promise.all(['x', 'y', 'z'].map((name) => worker(name, contested)));
      for (const app of SHARED_APPS) await workers[0]?.client.carryOut(creationOf(app, app));
      const working = Promise.all(workers.map((one) => one.worker.work(stop.signal)));
      const codes = [];
      for (const process of Object.values(stage.processes)) {
        codes.push(await process.restart());
        const length = recorded.operations.length + 20;
        await until('work goes on', () => recorded.operations.length > length, START_MS_MAX);
      }
      stop.abort();
      await working;
      console.info(`a rolling restart: ${JSON.stringify(historyFigures(recorded))}`);
      expect(codes).toEqual([0, 0, 0, 0]);
      expect(historyFaults(recorded, await stage.log())).toEqual([]);
      expect([...recorded.oddities]).toEqual([]);
      await signIn();
      expect((await atA.get(`/api/sessions/${id}`)).body.status).toBe('running');
      expect(liveRuntimes(stage.runtimeDir)).toEqual(displays);
      expect(await eventsOf(id)).not.toContain('RuntimeEnded');
    },
    ROLLING_MS_MAX,
  );
});
