// Goal: with two gateways and two of each service, what an owner takes back at one is gone at the other within a second, and
// no gateway that dies leaves anybody behind. Method: real NATS and PostgreSQL, real desktops, kill -9.
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { Client } from '#test/support/client.js';
import {
  type DistributedStage,
  startDistributed,
  TWO_OF_EVERYTHING,
} from '#test/support/distributed-stage.js';
import { newPerson, PASSWORD, type Person } from '#test/support/people.js';
import { greetingOf, openViewer, type Viewer } from '#test/support/viewer.js';
import { until } from '#test/support/waits.js';

const START_MS_MAX = 60_000;

let stage: DistributedStage<keyof typeof TWO_OF_EVERYTHING>;
let owner: Client;
let bert: Person;
let id: string;

beforeAll(async () => {
  stage = await startDistributed({
    processes: TWO_OF_EVERYTHING,
    postgresSettings: { fsync: 'off' },
  });
  owner = await new Client(stage.processes['gateway-a'].url).signIn('admin', stage.password);
  bert = await newPerson(stage.processes['gateway-b'].url, owner, { name: 'bert' });
  const { body } = await owner.post('/api/sessions', { app_id: 'terminal' });
  id = body.id;
  const runs = async () => (await owner.get(`/api/sessions/${id}`)).body.status === 'running';
  await until('the desktop runs', runs, START_MS_MAX);
});
afterAll(() => stage?.close());

async function share(): Promise<string> {
  const data = { user_id: bert.id, mode: 'control' };
  const { status, body } = await owner.post(`/api/sessions/${id}/shares`, data);
  expect(status, JSON.stringify(body)).toBe(201);
  return body.share.id;
}

/** A ticket of the guest's, from the second gateway. */
async function ticket(): Promise<string> {
  const asked = () => bert.client.post(`/api/sessions/${id}/viewer-tickets`);
  const { body } = await until('a ticket is issued', async () => {
    const answer = await asked();
    return answer.status === 201 && answer;
  });
  return body.ticket;
}

async function viewerAt(gateway: 'gateway-a' | 'gateway-b'): Promise<Viewer> {
  const { url } = stage.processes[gateway];
  const viewer = await openViewer(url, id, { ticket: await ticket() });
  expect(await greetingOf(viewer)).toBe('RFB 003.008');
  return viewer;
}

const isThere = async () =>
  (await owner.get(`/api/sessions/${id}/viewers`)).body.viewers.some(
    (one: { user_id: string }) => one.user_id === bert.id,
  );

describe('a share that is revoked at one gateway', () => {
  it('closes its viewers at both within a second, and its tickets open nothing at either', async () => {
    onTestFailed(() => console.error(stage.output()));
    const shareId = await share();
    const both = [await viewerAt('gateway-a'), await viewerAt('gateway-b')];
    const late = [await ticket(), await ticket()];
    expect((await owner.delete(`/api/sessions/${id}/shares/${shareId}`)).status).toBe(204);
    expect(await Promise.all(both.map((viewer) => viewer.closedWith()))).toEqual([4403, 4403]);
    const { 'gateway-a': a, 'gateway-b': b } = stage.processes;
    const opened = await Promise.all(
      [a, b].map(({ url }, at) => openViewer(url, id, { ticket: late[at] ?? '' })),
    );
    expect(opened.map(({ status }) => status)).toEqual([401, 401]);
    await until('they have left', async () => !(await isThere()));
  });
});

describe('a gateway that is killed', () => {
  it('leaves no ghosts once it is back', async () => {
    onTestFailed(() => console.error(stage.output()));
    await share();
    const viewer = await viewerAt('gateway-b');
    await until('the guest is there', isThere);
    const { 'gateway-b': second } = stage.processes;
    await second.kill();
    expect(await viewer.closedWith()).toBe(1006);
    expect(await isThere()).toBe(true);
    await second.start();
    await until('the guest has left', async () => !(await isThere()));
    const client = await new Client(second.url).signIn('bert', PASSWORD);
    bert = { ...bert, client };
    const again = await viewerAt('gateway-b');
    await until('and is there again', isThere);
    again.socket.close();
  });
});
