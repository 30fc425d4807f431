// Goal: a session's life over REST (S-40 to S-50), and who may look at it through a viewer.
// Method: the built server with the real process driver, so real desktops; fetch, and a real WebSocket client.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '#test/support/client.js';
import { trackSession } from '#test/support/desktop.js';
import { EventReader } from '#test/support/event-reader.js';
import { administrator, newPerson, PASSWORD, type Person } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { closeViewer, greetingOf, openViewer } from '#test/support/viewer.js';
import { until } from '#test/support/waits.js';

const START_MS_MAX = 60_000;

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let admin: Client;
let anna: Person;
let bert: Person;

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie(folders);
  admin = await administrator(sortie);
  anna = await newPerson(sortie.url, admin, { name: 'anna' });
  bert = await newPerson(sortie.url, admin, { name: 'bert' });
});
afterAll(async () => {
  await sortie?.end();
  await folders?.remove();
});

async function launch(client: Client): Promise<string> {
  const { status, body } = await client.post('/api/sessions', { app_id: 'terminal' });
  expect(status).toBe(201);
  return body.id;
}

const reaches = (client: Client, id: string, status: string) =>
  until(
    `session ${id} is ${status}`,
    async () => {
      const { body } = await client.get(`/api/sessions/${id}`);
      return body.status === status && body;
    },
    START_MS_MAX,
  );

async function running(client: Client): Promise<string> {
  const id = await launch(client);
  await reaches(client, id, 'running');
  return id;
}

async function ticketFor(client: Client, id: string, body: object = {}): Promise<string> {
  const answer = await client.post(`/api/sessions/${id}/viewer-tickets`, body);
  expect(answer.status).toBe(201);
  return answer.body.ticket;
}

/** The last thing of a session's runtime to go is its folder. */
const areGone = (id: string) =>
  until('its files are gone', () => !existsSync(join(sortie.runtimeDir, id)));

describe('a session', () => {
  it('goes from creating over running to stopped, and its processes with it', async () => {
    const created = await anna.client.post('/api/sessions', { app_id: 'terminal' });
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`/api/sessions/${created.body.id}`);
    expect(created.headers.get('etag')).toMatch(/^"\d+"$/);
    expect(created.body).toMatchObject({
      user_id: anna.id,
      app_id: 'terminal',
      app_name: 'Terminal',
      status: 'creating',
      pod_name: null,
    });
    const { id } = created.body;
    const runs = await reaches(anna.client, id, 'running');
    expect(runs.pod_name).toEqual(expect.any(String));
    const processes = trackSession(sortie.runtimeDir, id);
    expect(processes()).toBeGreaterThan(1);
    const stopped = await anna.client.delete(`/api/sessions/${id}`);
    expect(stopped.status).toBe(200);
    expect(stopped.body).toMatchObject({ status: 'stopped', reason: expect.any(String) });
    await until('its processes are gone', () => processes() === 0);
    await areGone(id);
    const again = await anna.client.delete(`/api/sessions/${id}`);
    expect(again.status).toBe(409);
    expect(again.body.code).toBe('SessionEnded');
  });

  it('that is cancelled while it is created ends failed, with the reason', async () => {
    // One that was quicker than the cancelling has stopped, and shows nothing.
    const { id, body } = await until('one is cancelled in time', async () => {
      const launched = await launch(anna.client);
      const cancelled = await anna.client.delete(`/api/sessions/${launched}`);
      await areGone(launched);
      return cancelled.body.status !== 'stopped' && { id: launched, body: cancelled.body };
    });
    expect(body).toMatchObject({ status: 'failed', reason: 'cancelled' });
    expect((await anna.client.get(`/api/sessions/${id}`)).body.status).toBe('failed');
  });

  it('is requested once, however often its Idempotency-Key comes', async () => {
    const key = { 'idempotency-key': 'one-desktop' };
    const ask = () => anna.client.post('/api/sessions', { app_id: 'terminal' }, key);
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
    const id = answers[0]?.body.id;
    await anna.client.delete(`/api/sessions/${id}`);
    expect((await ask()).body).toMatchObject({ id, status: 'creating' });
    await areGone(id);
  });

  it('of a url app is refused, and so is launching a desktop app', async () => {
    const session = await anna.client.post('/api/sessions', { app_id: 'novnc' });
    expect([session.status, session.body.code]).toEqual([409, 'NotAContainerApp']);
    const opened = await anna.client.post('/api/apps/terminal/launch');
    expect([opened.status, opened.body.code]).toEqual([409, 'NotAUrlApp']);
  });
});

describe('somebody else', () => {
  it('finds no trace of the session, except an administrator who asks for all', async () => {
    const id = await launch(anna.client);
    const path = `/api/sessions/${id}`;
    expect((await bert.client.get(path)).status).toBe(404);
    expect((await bert.client.delete(path)).status).toBe(404);
    expect((await bert.client.post(`${path}/viewer-tickets`)).status).toBe(404);
    const idsIn = async (client: Client, query: string) =>
      (await client.get(`/api/sessions${query}`)).body.sessions.map((s: { id: string }) => s.id);
    expect(await idsIn(bert.client, '')).not.toContain(id);
    expect(await idsIn(anna.client, '')).toContain(id);
    expect(await idsIn(admin, '')).not.toContain(id);
    expect(await idsIn(admin, '?scope=all')).toContain(id);
    expect((await bert.client.get('/api/sessions?scope=all')).status).toBe(403);
    expect((await admin.get(path)).status).toBe(200);
    expect((await admin.post(`${path}/viewer-tickets`)).status).toBe(404);
    expect((await admin.delete(path)).status).toBe(200);
    await areGone(id);
  });

  it('sees the newest first, page by page, and by status', async () => {
    const whole = (await anna.client.get('/api/sessions')).body.sessions;
    const times = whole.map((s: { created_at: string }) => s.created_at);
    expect(times).toEqual(times.toSorted().toReversed());
    const first = (await anna.client.get('/api/sessions?limit=1')).body;
    const second = (await anna.client.get(`/api/sessions?limit=1&cursor=${first.next_cursor}`))
      .body;
    expect([...first.sessions, ...second.sessions]).toEqual(whole.slice(0, 2));
    const failed = (await anna.client.get('/api/sessions?status=failed')).body.sessions;
    expect(new Set(failed.map((s: { status: string }) => s.status))).toEqual(new Set(['failed']));
  });
});

describe('a viewer', () => {
  let id: string;
  beforeAll(async () => {
    id = await running(anna.client);
  });
  beforeEach(async () => {
    await reaches(anna.client, id, 'running');
  });

  it('opens with a ticket and the right Origin, once', async () => {
    const ticket = await ticketFor(anna.client, id);
    const viewer = await openViewer(sortie.url, id, { ticket });
    expect(viewer.status).toBe(101);
    expect(await greetingOf(viewer)).toBe('RFB 003.008');
    expect((await openViewer(sortie.url, id, { ticket })).status).toBe(401);
    await closeViewer(viewer);
  });

  it('of two with one ticket opens for one', async () => {
    const ticket = await ticketFor(anna.client, id);
    const both = await Promise.all([1, 2].map(() => openViewer(sortie.url, id, { ticket })));
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([101, 401]);
    for (const viewer of both) await closeViewer(viewer);
  });

  it.each([
    ['a foreign Origin', 'https://evil.example', 403],
    ['the own Origin with a suffix', 'http://localhost.evil.example', 403],
    ['the Origin "null"', 'null', 403],
    ['no Origin', null, 403],
  ])('with %s does not open', async (_, origin, status) => {
    const ticket = await ticketFor(anna.client, id);
    expect((await openViewer(sortie.url, id, { ticket, origin })).status).toBe(status);
  });

  it('without a ticket, or with one of another session, does not open', async () => {
    expect((await openViewer(sortie.url, id, {})).status).toBe(401);
    const other = await running(bert.client);
    const ticket = await ticketFor(bert.client, other);
    expect((await openViewer(sortie.url, id, { ticket })).status).toBe(401);
    await bert.client.delete(`/api/sessions/${other}`);
    await areGone(other);
  });

  it('with a ticket that was issued before signing out does not open after it', async () => {
    const second = await new Client(sortie.url).signIn('anna', PASSWORD);
    const ticket = await ticketFor(second, id);
    expect((await second.post('/api/sign-out')).status).toBe(204);
    expect((await openViewer(sortie.url, id, { ticket })).status).toBe(401);
  });

  it('and the event streams of a sign-in close within a second of signing out; others stay', async () => {
    const second = await new Client(sortie.url).signIn('anna', PASSWORD);
    const theirs = await openViewer(sortie.url, id, { ticket: await ticketFor(second, id) });
    const own = await openViewer(sortie.url, id, { ticket: await ticketFor(anna.client, id) });
    const stream = await EventReader.open(sortie.url, { cookie: second.cookie });
    const ownStream = await EventReader.open(sortie.url, { cookie: anna.client.cookie });
    await greetingOf(theirs);
    expect((await second.post('/api/sign-out')).status).toBe(204);
    expect(await theirs.closedWith()).toBe(4403);
    await until('the stream ends', () => stream.isEnded);
    expect([ownStream.isEnded, own.socket.readyState]).toEqual([false, own.socket.OPEN]);
    ownStream.cut();
    await closeViewer(own);
  });

  it('closes with the session, and no ticket is issued after it', async () => {
    const viewer = await openViewer(sortie.url, id, { ticket: await ticketFor(anna.client, id) });
    await greetingOf(viewer);
    const late = await ticketFor(anna.client, id);
    await anna.client.delete(`/api/sessions/${id}`);
    expect(await viewer.closedWith()).toBe(1000);
    expect((await openViewer(sortie.url, id, { ticket: late })).status).toBe(409);
    expect((await anna.client.post(`/api/sessions/${id}/viewer-tickets`)).status).toBe(409);
    id = await running(anna.client);
  });

  it('and everything else of a user ends when the user is disabled', async () => {
    const carl = await newPerson(sortie.url, admin, { name: 'carl' });
    const his = await running(carl.client);
    const viewer = await openViewer(sortie.url, his, {
      ticket: await ticketFor(carl.client, his),
    });
    const stream = await EventReader.open(sortie.url, { cookie: carl.client.cookie });
    await greetingOf(viewer);
    const late = await ticketFor(carl.client, his);
    expect((await admin.delete(`/api/users/${carl.id}`)).status).toBe(204);
    expect(await viewer.closedWith()).toBe(4403);
    await until('the stream ends', () => stream.isEnded);
    expect((await openViewer(sortie.url, his, { ticket: late })).status).toBe(401);
    expect((await carl.client.get('/api/me')).status).toBe(401);
    await admin.delete(`/api/sessions/${his}`);
    await areGone(his);
  });
});
