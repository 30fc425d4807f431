// Goal: S-29 holds on every route where an app's id can be used, and in the event stream.
// Method: the built server; one app of each visibility, and an administrator, a user, an approved user and a
// stranger who all try everything.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '#test/support/client.js';
import { EventReader } from '#test/support/event-reader.js';
import { administrator, newPerson, type Person } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';

type Who = 'admin' | 'user' | 'approved user' | 'anonymous';
type App = 'public' | 'approved' | 'admin_only';
const APPS: readonly App[] = ['public', 'approved', 'admin_only'];
const MAY_SEE: Readonly<Record<Who, readonly App[]>> = {
  admin: APPS,
  user: ['public'],
  'approved user': ['public', 'approved'],
  anonymous: [],
};
const PEOPLE = Object.keys(MAY_SEE) as Who[];
const CASES = PEOPLE.flatMap((who) => APPS.map((app) => [who, app] as const));

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let friend: Person;
const clients = {} as Record<Who, Client>;

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie(folders);
  clients.admin = await administrator(sortie);
  clients.anonymous = new Client(sortie.url);
  clients.user = (await newPerson(sortie.url, clients.admin, { name: 'ursula' })).client;
  friend = await newPerson(sortie.url, clients.admin, { name: 'frida' });
  clients['approved user'] = friend.client;
  for (const visibility of APPS) {
    const app = { id: visibility, name: visibility, url: 'https://a.example', visibility };
    await clients.admin.post('/api/apps', app);
    const image = { launch_type: 'container', container_image: 'sortie/terminal' };
    await clients.admin.post('/api/apps', { ...app, ...image, id: `${visibility}-desktop` });
  }
  for (const id of ['approved', 'approved-desktop', 'admin_only', 'admin_only-desktop']) {
    await clients.admin.put(`/api/apps/${id}/approvals/${friend.id}`, {});
  }
});
afterAll(async () => {
  await sortie?.end();
  await folders?.remove();
});

const expectedStatus = (who: Who, app: App, seen: number): number => {
  if (who === 'anonymous') return 401;
  return MAY_SEE[who].includes(app) ? seen : 404;
};

describe.each(CASES)('%s and an app that is %s', (who, app) => {
  it('meet in the list or not', async () => {
    const { status, body } = await clients[who].get('/api/apps?limit=1000');
    expect(status).toBe(who === 'anonymous' ? 401 : 200);
    const ids = (body.apps ?? []).map(({ id }: { id: string }) => id);
    expect(ids.includes(app)).toBe(MAY_SEE[who].includes(app));
  });

  it('meet by id, at a launch and at a session or not', async () => {
    const client = clients[who];
    const found = await client.get(`/api/apps/${app}`);
    expect(found.status).toBe(expectedStatus(who, app, 200));
    const launched = await client.post(`/api/apps/${app}/launch`);
    expect(launched.status).toBe(expectedStatus(who, app, 200));
    const session = await client.post('/api/sessions', { app_id: `${app}-desktop` });
    expect(session.status).toBe(expectedStatus(who, app, 201));
    if (session.status === 201) await client.delete(`/api/sessions/${session.body.id}`);
  });

  it('have approvals that only administrators see and change', async () => {
    const status = { admin: 200, anonymous: 401 }[who as 'admin'] ?? 403;
    expect((await clients[who].get(`/api/apps/${app}/approvals`)).status).toBe(status);
    if (who === 'admin') return;
    const path = `/api/apps/${app}/approvals/${friend.id}`;
    expect((await clients[who].put(path, {})).status).toBe(status);
    expect((await clients[who].delete(path)).status).toBe(status);
  });
});

it.each(CASES.filter(([who, app]) => expectedStatus(who, app, 200) === 404))(
  '%s can not tell an app that is %s from one that does not exist',
  async (who, app) => {
    const hidden = await clients[who].get(`/api/apps/${app}`);
    const absent = await clients[who].get('/api/apps/absent');
    // Each request has a trace of its own.
    const told = ({ traceId: _own, ...body }: typeof hidden.body) => JSON.stringify(body);
    expect(told(hidden.body).replaceAll(app, 'absent')).toBe(told(absent.body));
  },
);

describe('the event stream', () => {
  const open = (who: Who) => EventReader.open(sortie.url, { cookie: clients[who].cookie });
  const revise = async (id: string, change: object) => {
    const { body } = await clients.admin.get(`/api/apps/${id}`);
    const revised = { ...body, ...change };
    const answer = await clients.admin.put(`/api/apps/${id}`, revised, { 'if-match': '*' });
    expect(answer.status).toBe(200);
    return Number(answer.headers.get('etag')?.replaceAll('"', ''));
  };

  // Ends of sessions from the tests above may come in between.
  const ids = (reader: EventReader) =>
    reader.events.filter((e) => e.event.includes('.catalog.')).map((e) => Number(e.id));

  it('tells each person of the changes of the apps that they see, and nobody of the others', async () => {
    const readers = { admin: await open('admin'), user: await open('user') };
    const approved = await open('approved user');
    const hidden = await revise('admin_only', { description: 'secret plans' });
    const some = await revise('approved', { description: 'for some' });
    const all = await revise('public', { description: 'for all' });
    for (const reader of [readers.admin, readers.user, approved]) {
      await reader.next('the public change', (e) => e.id === String(all));
    }
    expect(ids(readers.admin)).toEqual([hidden, some, all]);
    expect(ids(readers.user)).toEqual([all]);
    expect(ids(approved)).toEqual([some, all]);
    expect(JSON.stringify(readers.user.events)).not.toContain('secret plans');
    for (const reader of [readers.admin, readers.user, approved]) reader.cut();
  });

  it('tells those who saw an app that it went out of sight', async () => {
    const reader = await open('approved user');
    const other = await open('user');
    const gone = await revise('approved', { visibility: 'admin_only' });
    await reader.next('the app goes', (e) => e.id === String(gone));
    const back = await revise('approved', { visibility: 'public' });
    await other.next('the app comes', (e) => e.id === String(back));
    expect(ids(other)).toEqual([back]);
    await revise('approved', { visibility: 'approved' });
    for (const open of [reader, other]) open.cut();
  });

  it('tells a person of their own launch, with the app', async () => {
    const [own, other] = [await open('user'), await open('approved user')];
    await clients.user.post('/api/apps/public/launch');
    const told = await own.next('the launch', (e) => e.event === 'sortie.catalog.AppLaunched.v1');
    expect(told.data.data).toMatchObject({ appId: 'public' });
    const marker = await revise('public', { description: 'after the launch' });
    await other.next('the marker', (e) => e.id === String(marker));
    expect(other.events.map((e) => e.event)).not.toContain('sortie.catalog.AppLaunched.v1');
    for (const open of [own, other]) open.cut();
  });

  it('is closed to strangers', async () => {
    expect((await open('anonymous')).status).toBe(401);
  });
});
