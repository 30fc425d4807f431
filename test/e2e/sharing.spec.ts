// Goal: people share a desktop as far as its owner lets them and no further, see who is there, and everything of it is in
// the trail. Method: the built server with real desktops; two people and a stranger over HTTP, WebSocket and event streams.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '#test/support/client.js';
import { EventReader } from '#test/support/event-reader.js';
import { administrator, newPerson, PASSWORD, type Person } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { closeViewer, greetingOf, openViewer, type Viewer } from '#test/support/viewer.js';
import { until } from '#test/support/waits.js';

const START_MS_MAX = 60_000;

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let admin: Client;
let anna: Person;
let bert: Person;
let eve: Person;
/** Anna's. */
let id: string;

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie(folders);
  admin = await administrator(sortie);
  anna = await newPerson(sortie.url, admin, { name: 'anna' });
  bert = await newPerson(sortie.url, admin, { name: 'bert' });
  eve = await newPerson(sortie.url, admin, { name: 'eve' });
  id = await running(anna.client);
});
afterAll(async () => {
  await sortie?.end();
  await folders?.remove();
});
/** Nobody is let in by what a test before has left. */
beforeEach(async () => {
  const { body } = await anna.client.get(`/api/sessions/${id}/shares`);
  for (const share of body.shares ?? [])
    await anna.client.delete(`/api/sessions/${id}/shares/${share.id}`);
});

async function running(client: Client): Promise<string> {
  const { status, body } = await client.post('/api/sessions', { app_id: 'terminal' });
  expect(status, JSON.stringify(body)).toBe(201);
  const runs = async () => (await client.get(`/api/sessions/${body.id}`)).body.status === 'running';
  await until('it runs', runs, START_MS_MAX);
  return body.id;
}

async function share(over: object = {}) {
  const answer = await anna.client.post(`/api/sessions/${id}/shares`, over);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}

async function view(client: Client, mode: 'control' | 'view' = 'control'): Promise<Viewer> {
  const { status, body } = await client.post(`/api/sessions/${id}/viewer-tickets`, { mode });
  expect(status, JSON.stringify(body)).toBe(201);
  const viewer = await openViewer(sortie.url, id, { ticket: body.ticket });
  expect(await greetingOf(viewer)).toBe('RFB 003.008');
  return viewer;
}

const viewers = async (client: Client) => (await client.get(`/api/sessions/${id}/viewers`)).body;
const namesThere = async () =>
  (await viewers(anna.client)).viewers.map((one: { user_name: string }) => one.user_name);
const readerOf = ({ client }: Person) => EventReader.open(sortie.url, { cookie: client.cookie });
/** So many entries of an action, newest first; the trail follows the log, so they may come a moment later. */
const trail = (action: string, count = 1) =>
  until(`${action} in the trail`, async () => {
    const { body } = await admin.get(`/api/audit?action=${action}&resource_id=${id}`);
    return body.entries.length >= count && body.entries;
  });

describe('a link', () => {
  it('is taken by a signed-in person, who then watches and is seen by the owner, live', async () => {
    const events = await readerOf(anna);
    const { share: made, link } = await share({ mode: 'view' });
    expect(made).toMatchObject({ kind: 'link', mode: 'view', people: [] });
    const [path, secret = ''] = link.split('#');
    expect([path, sortie.output()]).toEqual(['/shared', expect.not.stringContaining(secret)]);
    expect((await new Client(sortie.url).post('/api/shares/accept', { secret })).status).toBe(401);
    const taken = await bert.client.post('/api/shares/accept', { secret });
    expect([taken.status, taken.body]).toEqual([
      200,
      expect.objectContaining({
        ...{ session_id: id, owner_id: anna.id, owner_name: 'anna', mode: 'view' },
        ...{ app_name: 'Terminal', status: 'running' },
      }),
    ]);
    expect((await bert.client.get('/api/shares')).body.shares).toEqual([taken.body]);
    const viewer = await view(bert.client);
    await until('the owner hears of it', () =>
      events.events.some(
        ({ event, data }) =>
          event === 'sortie.session.ViewerJoined.v1' && data.data.watcherId === bert.id,
      ),
    );
    await until('and finds who it is', async () => (await namesThere()).length === 1);
    expect(await viewers(anna.client)).toEqual({
      viewers: [
        {
          id: expect.any(String),
          user_id: bert.id,
          user_name: 'bert',
          mode: 'view',
          since: expect.any(String),
        },
      ],
    });
    await closeViewer(viewer);
    await until('and of its end', async () => (await namesThere()).length === 0);
    const [entry] = await trail('JOIN_SESSION');
    expect(entry).toMatchObject({
      ...{
        user: bert.id,
        user_name: 'bert',
        ip_address: expect.stringMatching(/127\.0\.0\.1|::1/),
      },
      details: { owner_id: anna.id, watcher_id: bert.id, mode: 'view', share_id: made.id },
    });
    expect(await trail('LEAVE_SESSION')).toMatchObject([{ user: bert.id }]);
    events.cut();
  });
});

describe('a guest with control', () => {
  it('has the screen and the keyboard and nothing else of the session', async () => {
    const { share: made } = await share({ user_name: 'BERT', mode: 'control' });
    expect(made.people).toEqual([{ user_id: bert.id, user_name: 'bert' }]);
    const path = `/api/sessions/${id}`;
    const attempts = [
      ['GET', path],
      ['DELETE', path],
      ['POST', `${path}/extend`],
      ['GET', `${path}/shares`],
      ['POST', `${path}/shares`, { user_id: eve.id }],
      ['PUT', `${path}/shares/${made.id}`, { mode: 'control' }],
      ['DELETE', `${path}/shares/${made.id}`],
    ] as const;
    for (const [method, where, body] of attempts) {
      const answer = await bert.client.request(method, where, body ? { body } : {});
      expect([method, where, answer.status, answer.body.code]).toEqual([
        ...[method, where, 404, 'SessionUnknown'],
      ]);
      const strange = where.replace(id, 'nothing');
      const nothing = await bert.client.request(method, strange, body ? { body } : {});
      expect([nothing.status, nothing.body.code]).toEqual([answer.status, answer.body.code]);
    }
    const { sessions } = (await bert.client.get('/api/sessions')).body;
    expect(sessions.map((one: { id: string }) => one.id)).not.toContain(id);
    await closeViewer(await view(bert.client, 'control'));
  });

  it('is put back to watching within a second', async () => {
    const { share: made } = await share({ user_id: bert.id, mode: 'control' });
    const viewer = await view(bert.client, 'control');
    const cut = await anna.client.put(`/api/sessions/${id}/shares/${made.id}`, { mode: 'view' });
    expect([cut.status, cut.body.mode]).toEqual([200, 'view']);
    expect(await viewer.closedWith()).toBe(4409);
    const { body } = await bert.client.post(`/api/sessions/${id}/viewer-tickets`, {
      mode: 'control',
    });
    expect(body.mode).toBe('view');
  });
});

describe('a guest is out within a second', () => {
  let guest: Client;
  let viewer: Viewer;
  let made: { id: string };

  beforeEach(async () => {
    guest = await new Client(sortie.url).signIn('bert', PASSWORD);
    made = (await share({ user_id: bert.id, mode: 'control' })).share;
    viewer = await view(guest);
  });

  it('when the share is revoked, and a ticket from before opens nothing', async () => {
    const late = await guest.post(`/api/sessions/${id}/viewer-tickets`);
    const gone = await anna.client.delete(`/api/sessions/${id}/shares/${made.id}`);
    expect(gone.status).toBe(204);
    expect(await viewer.closedWith()).toBe(4403);
    expect((await openViewer(sortie.url, id, { ticket: late.body.ticket })).status).toBe(401);
    expect((await guest.post(`/api/sessions/${id}/viewer-tickets`)).status).toBe(404);
    expect((await guest.get(`/api/sessions/${id}/viewers`)).status).toBe(404);
    expect((await guest.get('/api/shares')).body.shares).toEqual([]);
    await until('nobody is there', async () => (await namesThere()).length === 0);
  });

  it('when the guest signs out', async () => {
    expect((await guest.post('/api/sign-out')).status).toBe(204);
    expect(await viewer.closedWith()).toBe(4403);
  });

  it('when the guest is disabled', async () => {
    const carl = await newPerson(sortie.url, admin, { name: 'carl' });
    await share({ user_id: carl.id });
    const his = await view(carl.client);
    expect((await admin.delete(`/api/users/${carl.id}`)).status).toBe(204);
    expect(await his.closedWith()).toBe(4403);
    await closeViewer(viewer);
  });

  it('when the session ends, and hears of that', async () => {
    const events = await readerOf({ ...bert, client: guest });
    await anna.client.delete(`/api/sessions/${id}`);
    expect(await viewer.closedWith()).toBe(1000);
    await until('the guest hears of it', () =>
      events.events.some(({ event }) => event === 'sortie.session.SessionStopped.v1'),
    );
    events.cut();
    id = await running(anna.client);
  });
});

describe('a picture of a desktop', () => {
  const frame = (client: Client, session = id) =>
    fetch(`${sortie.url}/api/sessions/${session}/frame`, { headers: { cookie: client.cookie } });

  it('is for its owner, its guests and who looks after sessions; the owner hears of the others', async () => {
    const events = await readerOf(anna);
    await share({ user_id: bert.id });
    for (const { client } of [anna, bert, { client: admin }]) {
      const answer = await frame(client);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png']);
      const png = Buffer.from(await answer.arrayBuffer());
      expect([png.toString('latin1', 1, 4), png.readUInt32BE(16)]).toEqual(['PNG', 480]);
    }
    expect((await frame(eve.client)).status).toBe(404);
    expect((await frame(new Client(sortie.url))).status).toBe(401);
    const seen = await trail('SEE_FRAME', 2);
    const { id: adminId } = (await admin.get('/api/me')).body;
    expect(seen.map((entry: { user: string }) => entry.user)).toEqual([adminId, bert.id]);
    await until('the owner has heard of both', () => {
      const told = events.events.filter(({ event }) => event === 'sortie.session.FrameSeen.v1');
      return told.length === 2;
    });
    events.cut();
  });

  it('of an ended session is the last one, if there was one', async () => {
    const [seen, unseen] = [await running(bert.client), await running(bert.client)];
    expect((await frame(bert.client, seen)).status).toBe(200);
    for (const one of [seen, unseen]) await bert.client.delete(`/api/sessions/${one}`);
    expect((await frame(bert.client, seen)).status).toBe(200);
    const none = await frame(bert.client, unseen);
    const { code } = (await none.json()) as { code: string };
    expect([none.status, code]).toEqual([404, 'FrameUnknown']);
  });
});

describe('a server that is killed', () => {
  it('leaves no ghosts: whoever was there has left once it is back', async () => {
    await view(anna.client);
    await until('she is there', async () => (await namesThere()).includes('anna'));
    await sortie.end('SIGKILL');
    sortie = await startSortie(folders, sortie.password);
    anna = { ...anna, client: await new Client(sortie.url).signIn('anna', PASSWORD) };
    admin = await administrator(sortie);
    await until('nobody is there', async () => (await namesThere()).length === 0);
    const left = await until('that is in the trail', async () => {
      const entries: { user: string; details: object }[] = await trail('LEAVE_SESSION');
      return entries.find(({ user }) => user === anna.id);
    });
    expect(left).toMatchObject({ details: { close_code: null } });
    await closeViewer(await view(anna.client));
  });
});
