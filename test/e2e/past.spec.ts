// Goal: what the API shows can be asked for as it was, at a time or a sequence, page by page, by those who may see it.
// Method: the built server in a process of its own; things are changed over REST and read as of before the change.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '#test/support/client.js';
import { administrator, newPerson, type Person } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { until } from '#test/support/waits.js';

const START_MS_MAX = 60_000;

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let admin: Client;
let ada: Person;

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie(folders);
  admin = await administrator(sortie);
  ada = await newPerson(sortie.url, admin, { name: 'ada' });
});
afterAll(async () => {
  await sortie?.end();
  await folders?.remove();
});

/** Where the log stands by now, which is what it stood at a moment ago. */
async function standing(): Promise<string> {
  const { headers, status } = await admin.get(`/api/apps?limit=1&asOf=${new Date().toISOString()}`);
  expect(status).toBe(200);
  const sequence = headers.get('sortie-as-of') ?? '';
  expect(sequence).toMatch(/^\d+$/);
  return sequence;
}
const urlApp = (id: string) => ({ id, name: `App ${id}`, url: 'https://a.example/' });
const anyVersion = { 'if-match': '*' };
const add = async (id: string): Promise<void> => {
  expect((await admin.post('/api/apps', urlApp(id))).status).toBe(201);
};

describe('the past', () => {
  it('of one app is its name and its version of then, at a sequence and at a time', async () => {
    await add('one');
    const before = await admin.get('/api/apps/one');
    const [sequence, time] = [await standing(), new Date().toISOString()];
    await until('the clock moves on', () => new Date().toISOString() > time);
    await admin.put('/api/apps/one', { ...urlApp('one'), name: 'New' }, anyVersion);
    for (const asOf of [sequence, time, time.replace('Z', '+00:00')]) {
      const { body, headers } = await admin.get(`/api/apps/one?asOf=${asOf}`);
      expect(body).toEqual(before.body);
      expect(headers.get('etag')).toBe(before.headers.get('etag'));
      expect(headers.get('sortie-as-of')).toBe(sequence);
    }
    const now = await admin.get('/api/apps/one');
    expect(now.body.name).toBe('New');
    expect(now.headers.get('sortie-as-of')).toBeNull();
  });

  it('of the apps has those of then, on every page, whatever comes and goes meanwhile', async () => {
    for (const id of ['p1', 'p2', 'p3']) await add(id);
    const sequence = await standing();
    const ids = async (query: string) => {
      const { status, body, headers } = await admin.get(`/api/apps?${query}`);
      expect(status).toBe(200);
      expect(headers.get('sortie-as-of')).toBe(sequence);
      return { ids: body.apps.map(({ id }: { id: string }) => id), next: body.next_cursor };
    };
    const whole = await ids(`asOf=${sequence}`);
    const first = await ids(`limit=2&asOf=${sequence}`);
    await admin.delete('/api/apps/p2', anyVersion);
    await add('p2a');
    const pages = [...first.ids];
    for (let { next } = first; next !== undefined;) {
      const page = await ids(`limit=2&cursor=${next}`);
      pages.push(...page.ids);
      next = page.next;
    }
    expect(pages).toEqual(whole.ids);
    expect(pages).toContain('p2');
    expect(pages).not.toContain('p2a');
    const mixed = await admin.get(`/api/apps?asOf=1&cursor=${first.next}`);
    expect(mixed).toMatchObject({ status: 400, body: { errors: [{ field: 'asOf' }] } });
  });

  it('of an app’s approvals, and of who could see it, takes rights of then and of now', async () => {
    await admin.post('/api/apps', { ...urlApp('mine'), visibility: 'approved' });
    const ungranted = await standing();
    await admin.put(`/api/apps/mine/approvals/${ada.id}`, {});
    const granted = await standing();
    const status = async (by: Client, asOf: string) =>
      (await by.get(`/api/apps/mine?asOf=${asOf}`)).status;
    expect([await status(ada.client, ungranted), await status(ada.client, granted)]).toEqual([
      404, 200,
    ]);
    await admin.delete(`/api/apps/mine/approvals/${ada.id}`);
    expect([await status(ada.client, granted), await status(admin, granted)]).toEqual([404, 200]);
    const { body } = await admin.get(`/api/apps/mine/approvals?asOf=${granted}`);
    expect(body.user_ids).toEqual([ada.id]);
  });

  it('of users has those of then, with the rights of then', async () => {
    const before = await standing();
    const bob = await newPerson(sortie.url, admin, { name: 'bob' });
    const registered = await standing();
    expect((await admin.delete(`/api/users/${bob.id}`)).status).toBe(204);
    const one = async (asOf: string) => admin.get(`/api/users/${bob.id}?asOf=${asOf}`);
    expect((await one(before)).status).toBe(404);
    expect((await one(registered)).body).toMatchObject({ name: 'bob', status: 'active' });
    expect((await admin.get(`/api/users/${bob.id}`)).body.status).toBe('disabled');
    const names = async (asOf: string) =>
      (await admin.get(`/api/users?asOf=${asOf}`)).body.users.map((u: { name: string }) => u.name);
    expect(await names(before)).not.toContain('bob');
    expect(await names(registered)).toContain('bob');
    expect((await ada.client.get(`/api/users?asOf=${registered}`)).status).toBe(403);
  });

  it('of groups has the members of then', async () => {
    const { body: group } = await admin.post('/api/groups', { name: 'Engineering' });
    const empty = await standing();
    await admin.put(`/api/groups/${group.id}/members/${ada.id}`, {});
    const filled = await standing();
    await admin.delete(`/api/groups/${group.id}`, anyVersion);
    const members = async (asOf: string) =>
      (await admin.get(`/api/groups/${group.id}?asOf=${asOf}`)).body.member_ids;
    expect([await members(empty), await members(filled)]).toEqual([[], [ada.id]]);
    const listed = async (asOf: string) =>
      (await admin.get(`/api/groups?asOf=${asOf}`)).body.groups.map((g: { id: string }) => g.id);
    expect(await listed(filled)).toContain(group.id);
    expect(await listed(await standing())).not.toContain(group.id);
  });

  it('of sessions has what they were then, to their user and to who may see all', async () => {
    const requested = await ada.client.post('/api/sessions', { app_id: 'terminal' });
    const { body: session } = requested;
    // Not where the log stands by now: the desktop may be quicker than the next request.
    const asked = requested.headers.get('etag')?.replaceAll('"', '') ?? '';
    await until(
      'the session runs',
      async () => {
        const { body } = await ada.client.get(`/api/sessions/${session.id}`);
        return body.status === 'running';
      },
      START_MS_MAX,
    );
    const ran = await standing();
    expect((await ada.client.delete(`/api/sessions/${session.id}`)).status).toBe(200);
    const status = async (by: Client, asOf: string) =>
      (await by.get(`/api/sessions/${session.id}?asOf=${asOf}`)).body.status;
    expect([await status(ada.client, asked), await status(ada.client, ran)]).toEqual([
      'creating',
      'running',
    ]);
    const runningIds = async (query: string) => {
      const { body } = await admin.get(`/api/sessions?scope=all&status=running${query}`);
      return body.sessions.map(({ id }: { id: string }) => id);
    };
    expect(await runningIds('')).toEqual([]);
    expect(await runningIds(`&asOf=${ran}`)).toEqual([session.id]);
    const others = await newPerson(sortie.url, admin, { name: 'carol' });
    expect((await others.client.get(`/api/sessions/${session.id}?asOf=${ran}`)).status).toBe(404);
    expect((await others.client.get(`/api/sessions?asOf=${ran}`)).body.sessions).toEqual([]);
  });

  it('of the trail ends where the log did', async () => {
    await add('trail-1');
    const sequence = await standing();
    await add('trail-2');
    const { body } = await admin.get(`/api/audit?asOf=${sequence}&limit=5`);
    const sequences: number[] = body.entries.map((e: { sequence: number }) => e.sequence);
    expect(Math.max(...sequences)).toBe(Number(sequence));
    expect(body.entries[0]).toMatchObject({ resource_id: 'trail-1', user_name: 'admin' });
    const { body: next } = await admin.get(`/api/audit?cursor=${body.next_cursor}&limit=5`);
    expect(next.entries[0].id).toBe(body.entries.at(-1).id - 1);
    const since = body.entries.at(-1).timestamp;
    const byTime = await admin.get(`/api/audit?asOf=${sequence}&since=${since}&limit=5`);
    expect(byTime.body.entries[0].resource_id).toBe('trail-1');
    expect((await ada.client.get(`/api/audit?asOf=${sequence}`)).status).toBe(403);
  });

  it('of before everything is empty', async () => {
    for (const asOf of ['0', '2001-01-01T00:00:00Z']) {
      const { body, headers } = await admin.get(`/api/apps?asOf=${asOf}`);
      expect(body).toEqual({ apps: [] });
      expect(headers.get('sortie-as-of')).toBe('0');
    }
    expect((await admin.get('/api/audit?asOf=0')).body).toEqual({ entries: [] });
    expect((await admin.get('/api/sessions?asOf=0&scope=all')).body).toEqual({ sessions: [] });
  });
});

describe('what is no past', () => {
  it.each([
    ['999999999', 'is not in the log yet'],
    ['2999-01-01T00:00:00Z', 'lies in the future'],
    ['yesterday', 'must be a time like'],
    ['2026-11-20', 'must be a time like'],
    ['-1', 'must be a time like'],
    ['1&asOf=2', 'must be a time like'],
  ])('is refused in a sentence: asOf=%s', async (asOf, sentence) => {
    const { status, body } = await admin.get(`/api/apps?asOf=${asOf}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'InvalidRequest', errors: [{ field: 'asOf' }] });
    expect(body.detail).toContain(sentence);
  });

  it('is refused where nothing is kept of the past', async () => {
    const { status, body } = await admin.get('/api/analytics?asOf=1');
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ field: 'asOf', message: 'is no field here; leave it out' }]);
  });
});
