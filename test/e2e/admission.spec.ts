// Goal: the quota, the queue and the time of sessions over REST, as the page and the CLI use them (and S-40, S-41: no
// other states than before).
// Method: the built server with the real process driver, so real desktops, and short settings; kill -9 in between.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '#test/support/client.js';
import { EventReader } from '#test/support/event-reader.js';
import { administrator, newPerson, PASSWORD, type Person } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { closeViewer, greetingOf, openViewer } from '#test/support/viewer.js';
import { until } from '#test/support/waits.js';

const START_MS_MAX = 60_000;
const MINUTE_MS = 60_000;
const QUOTA = {
  SORTIE_SESSIONS_PER_USER: '2',
  SORTIE_SESSIONS_MAX: '2',
  SORTIE_SESSION_QUEUE_MAX: '2',
  SORTIE_SESSION_TIMEOUT: '10',
  SORTIE_SESSION_LIFETIME_MAX: '15',
};

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let admin: Client;
let anna: Person;
let bert: Person;
let short: Awaited<ReturnType<typeof shortSession>>;

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie({ ...folders, env: QUOTA });
  admin = await administrator(sortie);
  anna = await newPerson(sortie.url, admin, { name: 'anna' });
  bert = await newPerson(sortie.url, admin, { name: 'bert' });
});
beforeAll(async () => {
  short = await shortSession();
});
afterAll(async () => {
  await sortie?.end();
  await short?.sortie.end();
  await folders?.remove();
  await short?.folders.remove();
});

/**
 * A session that lives a minute, with a viewer that is open, and has another one as soon as its user is warned: how long
 * the other tests take, which run meanwhile, makes no difference to it.
 */
async function shortSession() {
  const own = await sortieFolders();
  const env = { SORTIE_SESSION_TIMEOUT: '1', SORTIE_SESSION_LIFETIME_MAX: '3' };
  const server = await startSortie({ ...own, env });
  const client = await administrator(server);
  const events = await EventReader.open(server.url, { cookie: client.cookie });
  const { id } = (await launch(client)).body;
  const { expires_at } = await reaches(client, id, 'running');
  const { ticket } = (await client.post(`/api/sessions/${id}/viewer-tickets`)).body;
  const viewer = await openViewer(server.url, id, { ticket });
  await greetingOf(viewer);
  const warned = await events.next(
    'the warning',
    ({ event, data }) =>
      event === 'sortie.session.SessionExpiryWarned.v1' && data.data.sessionId === id,
  );
  events.cut();
  const more = await client.post(`/api/sessions/${id}/extend`);
  const expiresMs = Date.parse(expires_at);
  const outlived = (async () => {
    await until('the first end is over', () => Date.now() > expiresMs + 1_000, 2 * MINUTE_MS);
    const { status } = await session(client, id);
    return { status, isOpen: viewer.socket.readyState === viewer.socket.OPEN };
  })();
  outlived.catch(() => undefined);
  return {
    ...{ sortie: server, folders: own, client, id, expiresMs, viewer, warned, more, outlived },
  };
}

const launch = (client: Client, key?: string) =>
  client.post('/api/sessions', { app_id: 'terminal' }, key ? { 'idempotency-key': key } : {});
const session = async (client: Client, id: string) =>
  (await client.get(`/api/sessions/${id}`)).body;
const reaches = (client: Client, id: string, status: string) =>
  until(
    `session ${id} is ${status}`,
    async () => {
      const found = await session(client, id);
      return found.status === status && found;
    },
    START_MS_MAX,
  );
/** The newest entry of an action; the trail follows the log, so it may come a moment later. */
const newest = (action: string) =>
  until(
    `${action} in the trail`,
    async () => (await admin.get(`/api/audit?action=${action}`)).body.entries[0],
  );
const quota = async (client: Client) => (await client.get('/api/quota')).body;
const stopAll = async (...clients: Client[]): Promise<void> => {
  for (const client of clients) {
    const { sessions } = (await client.get('/api/sessions?limit=100')).body;
    const alive = sessions.filter((one: { status: string }) =>
      ['creating', 'running'].includes(one.status),
    );
    for (const { id } of alive) await client.delete(`/api/sessions/${id}`);
  }
};

describe('the quota', () => {
  it('lets exactly as many of two hundred launches at once start as one person may have', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => launch(anna.client)));
    const refused = answers.filter(({ status }) => status !== 201);
    expect(answers.length - refused.length).toBe(2);
    expect(new Set(refused.map(({ status, body }) => `${status} ${body.code}`))).toEqual(
      new Set(['429 QuotaExceeded']),
    );
    expect(refused[0]?.body.detail).toMatch(/^You have 2 sessions, and one person may have 2/);
    // Only the person can change that.
    expect(refused[0]?.headers.get('retry-after')).toBeNull();
    expect(await quota(anna.client)).toEqual({
      ...{ per_user: 2, total: 2, mine: 2, running: 2, queued: 0 },
    });
    expect(await quota(bert.client)).toMatchObject({ mine: 0, running: 2 });
    const entry = await newest('CREATE_SESSION&outcome=refused');
    expect(entry).toMatchObject({ user: anna.id, outcome: 'refused' });
  });
});

describe('the queue', () => {
  it('is told to who waits, survives kill -9, and lets them in when a place is free', async () => {
    const stream = await EventReader.open(sortie.url, { cookie: bert.client.cookie });
    const [first, second] = [await launch(bert.client), await launch(bert.client)];
    expect([first.body, second.body].map((one) => one.queue_position)).toEqual([1, 2]);
    expect(first.body).toMatchObject({
      status: 'creating',
      reason: 'all places are taken; it is number 1 in the queue',
    });
    const full = await launch(admin);
    expect([full.status, full.body.code]).toEqual([429, 'QueueFull']);
    expect(full.headers.get('retry-after')).toBe('30');
    await stream.next('the place in the queue', ({ event, data }) => {
      return event.endsWith('.SessionQueued.v1') && data.data.position === 2;
    });
    stream.cut();

    const { password } = sortie;
    await sortie.end('SIGKILL');
    sortie = await startSortie({ ...folders, env: QUOTA }, password);
    admin = await administrator(sortie);
    anna = { ...anna, client: await new Client(sortie.url).signIn('anna', PASSWORD) };
    bert = { ...bert, client: await new Client(sortie.url).signIn('bert', PASSWORD) };
    expect((await session(bert.client, second.body.id)).queue_position).toBe(2);
    const after = await EventReader.open(sortie.url, { cookie: bert.client.cookie });
    const [oldest] = (await anna.client.get('/api/sessions?limit=1')).body.sessions;
    expect((await anna.client.delete(`/api/sessions/${oldest.id}`)).status).toBe(200);
    const about = (name: string, id: string) =>
      after.next(`${name} of ${id}`, ({ event, data }) => {
        return event === `sortie.session.${name}.v1` && data.data.sessionId === id;
      });
    await about('SessionAdmitted', first.body.id);
    expect((await about('QueueMoved', second.body.id)).data.data.position).toBe(1);
    after.cut();
    expect(await reaches(bert.client, first.body.id, 'running')).toMatchObject({
      queue_position: null,
    });
    expect(await newest('ADMIT_SESSION')).toMatchObject({ resource_id: first.body.id });
    await stopAll(bert.client, anna.client);
    await until('all places are free', async () => (await quota(admin)).running === 0);
    expect(await quota(admin)).toMatchObject({ running: 0, queued: 0 });
  });

  it('is left when a session is stopped that waits there', async () => {
    await launch(anna.client);
    await launch(anna.client);
    const { body } = await launch(bert.client, 'waits');
    expect(body.queue_position).toBe(1);
    const stopped = await bert.client.delete(`/api/sessions/${body.id}`);
    expect(stopped.body).toMatchObject({
      ...{ status: 'failed', reason: 'cancelled', queue_position: null },
    });
    expect(await quota(bert.client)).toMatchObject({ mine: 0, queued: 0 });
    await stopAll(anna.client);
  });
});

describe('more time', () => {
  it('is given to its user, in steps and to a limit, and the viewer stays open', async () => {
    const { id } = (await launch(anna.client)).body;
    const runs = await reaches(anna.client, id, 'running');
    const path = `/api/sessions/${id}`;
    const { ticket } = (await anna.client.post(`${path}/viewer-tickets`)).body;
    const viewer = await openViewer(sortie.url, id, { ticket });
    await greetingOf(viewer);
    const key = { 'idempotency-key': 'more' };
    const more = await anna.client.post(`${path}/extend`, {}, key);
    expect(more.status).toBe(200);
    const gainedMs = Date.parse(more.body.expires_at) - Date.parse(runs.expires_at);
    expect(gainedMs).toBe(5 * 60_000);
    expect((await anna.client.post(`${path}/extend`, {}, key)).body).toEqual(more.body);
    const refused = await anna.client.post(`${path}/extend`);
    expect([refused.status, refused.body.code]).toEqual([409, 'LifetimeReached']);
    expect((await bert.client.post(`${path}/extend`)).status).toBe(404);
    expect((await admin.post(`${path}/extend`)).status).toBe(403);
    const stale = await anna.client.post(`${path}/extend`, {}, { 'if-match': '"1"' });
    expect(stale.status).toBe(412);
    expect(viewer.socket.readyState).toBe(viewer.socket.OPEN);
    await closeViewer(viewer);
    await stopAll(anna.client);
  });
});

describe('the end of a session', () => {
  it(
    'is told before, and moves with an extension for a viewer that is open',
    async () => {
      const { id, client, expiresMs, viewer, warned, more } = short;
      expect(warned.data.data).toMatchObject({ ending: 'lifetime' });
      expect(Date.parse(warned.data.data.endsAt)).toBe(expiresMs);
      expect(Date.parse(more.body.expires_at) - expiresMs).toBe(MINUTE_MS);
      expect(await short.outlived).toEqual({ status: 'running', isOpen: true });
      await client.delete(`/api/sessions/${id}`);
      expect(await viewer.closedWith()).toBe(1000);
    },
    3 * MINUTE_MS,
  );
});
