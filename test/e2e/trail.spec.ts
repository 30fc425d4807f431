// Goal: the audit trail and the statistics over REST (S-56 to S-59): every change and every refused attempt, with who,
// what, when and from where.
// Method: the built server; each thing is done once and its entry read.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '#test/support/client.js';
import { administrator, newPerson, type Person } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { until } from '#test/support/waits.js';

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let admin: Client;
let user: Person;
const began = new Date();

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie(folders);
  admin = await administrator(sortie);
  user = await newPerson(sortie.url, admin, { name: 'una' });
});
afterAll(async () => {
  await sortie?.end();
  await folders?.remove();
});

// oxlint-disable-next-line typescript/no-explicit-any -- entries of every shape
type Entry = any;

/** The newest entry of an action; the trail follows the log, so it may come a moment later. */
const newest = (action: string, query = ''): Promise<Entry> =>
  until(`${action} ${query} in the trail`, async () => {
    const { body } = await admin.get(`/api/audit?action=${action}${query}`);
    return body.entries[0];
  });

const app = { id: 'trail', name: 'Trail', url: 'https://a.example' };

describe('the trail', () => {
  it('names what S-57 names, in its words', async () => {
    const created = await admin.post('/api/apps', app, { 'user-agent': 'trail-spec/1' });
    const revised = await admin.put(
      '/api/apps/trail',
      { ...app, name: 'Renamed' },
      { 'if-match': created.headers.get('etag') ?? '' },
    );
    await admin.delete('/api/apps/trail', { 'if-match': revised.headers.get('etag') ?? '' });
    const session = await user.client.post('/api/sessions', { app_id: 'terminal' });
    await user.client.delete(`/api/sessions/${session.body.id}`);

    expect(await newest('CREATE_APP', '&resource_id=trail')).toMatchObject({
      id: expect.any(Number),
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      user_name: 'admin',
      resource_type: 'app',
      ip_address: expect.stringMatching(/127\.0\.0\.1|::1/),
      user_agent: 'trail-spec/1',
      outcome: 'done',
      details: { name: 'Trail' },
    });
    expect((await newest('UPDATE_APP', '&resource_id=trail')).details.changes).toEqual({
      name: { from: 'Trail', to: 'Renamed' },
    });
    expect(await newest('DELETE_APP', '&resource_id=trail')).toMatchObject({ outcome: 'done' });
    const of = `&resource_id=${session.body.id}`;
    expect(await newest('CREATE_SESSION', of)).toMatchObject({ user: user.id, user_name: 'una' });
    expect(await newest('TERMINATE_SESSION', of)).toMatchObject({ user: user.id });
  });

  it('has what was refused: no right, a stale version, a forbidden transition', async () => {
    const refused = await user.client.post('/api/apps', app);
    expect([refused.status, refused.body.code]).toEqual([403, 'Forbidden']);
    expect(await newest('CREATE_APP', `&user=${user.id}`)).toMatchObject({
      outcome: 'refused',
      details: { code: 'Forbidden' },
    });

    const malformed = await user.client.post('/api/apps', { surprise: 1 });
    // Whoever looks after a category may add apps to it, so what is asked is looked at before who asks.
    expect(malformed.status).toBe(400);

    const unread = await user.client.delete('/api/apps/novnc', { 'if-match': '*' });
    expect(unread.status).toBe(403);
    expect(await newest('DELETE_APP', `&user=${user.id}`)).toMatchObject({
      outcome: 'refused',
      resource_id: 'novnc',
    });

    for (const stale of ['"1"', 'W/"none of ours"']) {
      const body = { name: 'x', url: 'https://a.example' };
      const answer = await admin.put('/api/apps/novnc', body, { 'if-match': stale });
      expect(answer.status).toBe(412);
    }
    const codes = await until('both in the trail', async () => {
      const { body } = await admin.get('/api/audit?action=UPDATE_APP&resource_id=novnc');
      return body.entries.length === 2 && body.entries.map((e: Entry) => e.details.code);
    });
    expect(codes).toEqual(['VersionStale', 'VersionStale']);

    const session = await user.client.post('/api/sessions', { app_id: 'terminal' });
    await user.client.delete(`/api/sessions/${session.body.id}`);
    expect((await user.client.delete(`/api/sessions/${session.body.id}`)).status).toBe(409);
    const of = `&resource_id=${session.body.id}&outcome=refused`;
    expect((await newest('TERMINATE_SESSION', of)).details.code).toBe('SessionEnded');
  });

  it('has no passwords and no tokens in it', async () => {
    const secret = 'correct horse 4711';
    await admin.post('/api/users', { name: 'olga', role: 'user', password: secret });
    await user.client.post('/api/sign-in', { name: 'admin', password: secret });
    const { body } = await admin.get('/api/audit?limit=1000');
    const text = JSON.stringify(body);
    expect(text).not.toContain(secret);
    expect(text).not.toContain(admin.cookie.slice(7));
  });

  it('shows the last hundred, newest first, and the rest by cursor', async () => {
    for (let n = 0; n < 110; n += 1) await admin.post('/api/apps/novnc/launch');
    await until('all launches in the trail', async () => {
      const { body } = await admin.get('/api/projections');
      return body.projections.every(({ lag }: { lag: number }) => lag === 0);
    });
    const { body } = await admin.get('/api/audit');
    expect(body.entries).toHaveLength(100);
    const ids = body.entries.map((e: Entry) => e.id);
    expect(ids).toEqual(ids.toSorted((a: number, b: number) => b - a));
    const older = (await admin.get(`/api/audit?cursor=${body.next_cursor}`)).body.entries;
    expect(older[0].id).toBe(ids.at(-1) - 1);
  });

  it('counts launches by app and by day', async () => {
    const { status, body } = await admin.get('/api/analytics');
    expect(status).toBe(200);
    const of = (id: string) => body.apps.find((a: { app_id: string }) => a.app_id === id);
    expect(of('novnc')).toMatchObject({ launches: 110, app_name: 'noVNC' });
    expect(of('terminal')).toMatchObject({ launches: 2 });
    expect(body.total_launches).toBe(112);
    // A run over midnight has two days.
    const days = new Set([began, new Date()].map((time) => time.toISOString().slice(0, 10)));
    const launches = body.days.filter(({ day }: { day: string }) => days.has(day));
    expect(launches.reduce((sum: number, one: Entry) => sum + one.launches, 0)).toBe(112);
  });

  it.each(['/api/audit', '/api/analytics', '/api/users', '/api/projections'])(
    '%s is for administrators',
    async (path) => {
      expect((await user.client.get(path)).status).toBe(403);
      expect((await admin.get(path)).status).toBe(200);
    },
  );
});
