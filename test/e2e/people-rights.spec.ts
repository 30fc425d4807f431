// Goal: what people may see and do changes at once when their role, their groups or their categories change, over HTTP and
// in what they have open.
// Method: the built server, an administrator, and people with event streams open.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '#test/support/client.js';
import { EventReader } from '#test/support/event-reader.js';
import { administrator, newPerson, PASSWORD, type Person } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { until } from '#test/support/waits.js';

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let admin: Client;
let una: Person;
let ben: Person;

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie(folders);
  admin = await administrator(sortie);
  una = await newPerson(sortie.url, admin, { name: 'una' });
  ben = await newPerson(sortie.url, admin, { name: 'ben' });
});
afterAll(async () => {
  await sortie?.end();
  await folders?.remove();
});

const openStream = ({ client }: Person) => EventReader.open(sortie.url, { cookie: client.cookie });
const etagOf = async (path: string) => (await admin.get(path)).headers.get('etag') ?? '';
const changeRole = async (id: string, role: string, by = admin) => {
  const etag = await etagOf(`/api/users/${id}`);
  return by.put(`/api/users/${id}/role`, { role }, { 'if-match': etag });
};
const seenBy = async ({ client }: Person, id: string) =>
  (await client.get(`/api/apps/${id}`)).status;

describe('a role', () => {
  it('changes for who has seen the user as the user is, and for nobody else', async () => {
    const path = `/api/users/${una.id}/role`;
    expect((await admin.put(path, { role: 'auditor' })).status).toBe(428);
    const stale = await admin.put(path, { role: 'auditor' }, { 'if-match': '"1"' });
    expect([stale.status, stale.body.code]).toEqual([412, 'VersionStale']);
    const unknown = await admin.put(path, { role: 'root' }, { 'if-match': '*' });
    expect([unknown.status, unknown.body.code]).toEqual([400, 'InvalidRequest']);
  });

  it('ends what was opened with the old one, and is in force when that is opened again', async () => {
    const auditing = await newPerson(sortie.url, admin, { name: 'olga', role: 'auditor' });
    const before = await openStream(auditing);
    await admin.post('/api/apps', {
      id: 'hidden',
      name: 'H',
      url: 'https://h.example',
      visibility: 'admin_only',
    });
    await before.next('what an auditor hears', ({ event }) => event.includes('AppRegistered'));
    const changed = await changeRole(auditing.id, 'user');
    expect([changed.status, changed.body.role]).toEqual([200, 'user']);
    await until('the stream ends', () => before.isEnded || undefined);
    const after = await openStream(auditing);
    expect((await auditing.client.get('/api/me')).body.role).toBe('user');
    expect((await auditing.client.get('/api/audit')).status).toBe(403);
    const body = {
      id: 'hidden',
      name: 'Hidden',
      url: 'https://h.example',
      visibility: 'admin_only',
    };
    await admin.put('/api/apps/hidden', body, { 'if-match': '*' });
    await auditing.client.put('/api/me/preferences', {
      theme: 'dark',
      collapsed_categories: [],
      favorites: [],
    });
    await after.next('the marker', ({ event }) => event.includes('PreferencesKept'));
    expect(after.events.filter(({ event }) => event.includes('.catalog.'))).toEqual([]);
    after.cut();
  });

  it('of one of two who demote each other at the same moment stays what it is', async () => {
    const other = await newPerson(sortie.url, admin, { name: 'ada', role: 'admin' });
    const me = (await admin.get('/api/me')).body.id;
    const answers = await Promise.all([
      other.client.put(`/api/users/${me}/role`, { role: 'user' }, { 'if-match': '*' }),
      admin.put(`/api/users/${other.id}/role`, { role: 'user' }, { 'if-match': '*' }),
    ]);
    const won = answers.map(({ status }) => status === 200);
    expect(won.filter(Boolean)).toHaveLength(1);
    // Whoever is one still makes the first administrator one again, for the other tests.
    const still = won[0] ? other.client : admin;
    const list = await still.get('/api/users?role=admin');
    expect(list.body.users).toHaveLength(1);
    if (won[0]) {
      await other.client.put(`/api/users/${me}/role`, { role: 'admin' }, { 'if-match': '*' });
    }
    expect((await admin.get('/api/users')).status).toBe(200);
  });
});

describe('a password that an administrator resets', () => {
  it('is shown once and ends all that the user has', async () => {
    const cy = await newPerson(sortie.url, admin, { name: 'cy' });
    const key = { 'idempotency-key': 'reset-1' };
    const first = await admin.post(`/api/users/${cy.id}/reset-password`, {}, key);
    expect(first.body).toMatchObject({ name: 'cy', password: expect.stringMatching(/^.{20,}$/) });
    const again = await admin.post(`/api/users/${cy.id}/reset-password`, {}, key);
    expect(again.body).toEqual({ name: 'cy', password: null });
    expect((await cy.client.get('/api/me')).status).toBe(401);
    const old = await new Client(sortie.url).post('/api/sign-in', {
      name: 'cy',
      password: PASSWORD,
    });
    expect(old.status).toBe(401);
    const signedIn = new Client(sortie.url);
    const { body } = await signedIn.post('/api/sign-in', {
      name: 'cy',
      password: first.body.password,
    });
    expect(body.user.must_change_password).toBe(true);
  });
});

describe('a group', () => {
  it('lets its members in as soon as the answer says so, and out again, and tells them', async () => {
    const group = await admin.post('/api/groups', { name: 'Planners' });
    expect(group.status).toBe(201);
    expect(group.headers.get('location')).toBe(`/api/groups/${group.body.id}`);
    const { id } = group.body;
    const member = `/api/groups/${id}/members/${una.id}`;
    await admin.post('/api/apps', {
      id: 'plans',
      name: 'Plans',
      url: 'https://p.example',
      visibility: 'approved',
    });
    expect((await admin.put(`/api/apps/plans/approved-groups/${id}`, {})).status).toBe(204);
    const stream = await openStream(una);
    for (let round = 0; round < 5; round += 1) {
      expect((await admin.put(member, {})).status).toBe(204);
      expect([await seenBy(una, 'plans'), await seenBy(ben, 'plans')]).toEqual([200, 404]);
      expect((await admin.delete(member)).status).toBe(204);
      expect(await seenBy(una, 'plans')).toBe(404);
    }
    await stream.next('that she is in', ({ event }) => event.includes('GroupMemberAdded'));
    await stream.next('that she is out', ({ event }) => event.includes('GroupMemberRemoved'));
    await admin.put(member, {});
    const revised = { name: 'Plan B', url: 'https://p.example', visibility: 'approved' };
    await admin.put('/api/apps/plans', revised, { 'if-match': '*' });
    const told = await stream.next('the revision', ({ event }) => event.includes('AppRevised'));
    expect(told.data.data).toEqual({ appId: 'plans' });
    const gone = await admin.delete(`/api/groups/${id}`, {
      'if-match': await etagOf(`/api/groups/${id}`),
    });
    expect(gone.status).toBe(204);
    expect(await seenBy(una, 'plans')).toBe(404);
    await stream.next('that it is gone', ({ event }) => event.includes('GroupDeleted'));
    stream.cut();
  });

  it('is renamed by who has seen it, to a name that is free', async () => {
    const { body } = await admin.post('/api/groups', { name: 'First' });
    await admin.post('/api/groups', { name: 'Second' });
    const path = `/api/groups/${body.id}`;
    expect((await admin.put(path, { name: 'Third' })).status).toBe(428);
    const taken = await admin.put(path, { name: 'SECOND' }, { 'if-match': await etagOf(path) });
    expect([taken.status, taken.body.code]).toEqual([409, 'GroupNameTaken']);
    const done = await admin.put(path, { name: 'Third' }, { 'if-match': await etagOf(path) });
    expect([done.status, done.body.name]).toEqual([200, 'Third']);
    const blank = await admin.post('/api/groups', { name: '  ' });
    expect(blank.status).toBe(400);
  });
});

describe('a category', () => {
  // As long as a category gets, and longer in a path.
  const category = 'Büro / Ämter & mehr №1 (für alle, die Briefe schreiben müssen)'.slice(0, 60);
  const path = () => `/api/categories/${encodeURIComponent(category)}/administrators/${ben.id}`;
  const letters = {
    id: 'letters',
    name: 'Letters',
    url: 'https://l.example',
    visibility: 'approved',
  };

  it('is looked after by whom an administrator appoints, for as long as that lasts', async () => {
    expect((await ben.client.post('/api/apps', { ...letters, category })).status).toBe(403);
    expect((await admin.put(path(), {})).status).toBe(204);
    const mine = await ben.client.get('/api/categories');
    expect(mine.body.categories).toEqual([{ category, administrator_ids: [ben.id] }]);
    const made = await ben.client.post('/api/apps', { ...letters, category });
    expect(made.status).toBe(201);
    expect([await seenBy(ben, 'letters'), await seenBy(una, 'letters')]).toEqual([200, 404]);
  });

  it('keeps what was said about its apps, which can be brought back', async () => {
    const etag = (await ben.client.get('/api/apps/letters')).headers.get('etag') ?? '';
    const spec = { ...letters, name: 'Post', category };
    const revised = await ben.client.put('/api/apps/letters', spec, { 'if-match': etag });
    const back = { to_version: Number(etag.replaceAll('"', '')) };
    expect((await ben.client.post('/api/apps/letters/revert', back)).status).toBe(428);
    const stale = await ben.client.post('/api/apps/letters/revert', back, { 'if-match': etag });
    expect(stale.status).toBe(412);
    const seen = { 'if-match': revised.headers.get('etag') ?? '' };
    const reverted = await ben.client.post('/api/apps/letters/revert', back, seen);
    expect([reverted.status, reverted.body.name]).toEqual([200, 'Letters']);
    const history = await ben.client.get('/api/apps/letters/history');
    expect(history.body.revisions.map(({ action }: { action: string }) => action)).toEqual([
      ...['reverted', 'revised', 'registered'],
    ]);
    const audited = await admin.get('/api/apps/letters/history?limit=1');
    expect(audited.body.revisions).toMatchObject([{ user: ben.id, user_name: 'ben' }]);
    expect((await una.client.get('/api/apps/letters/history')).status).toBe(403);
    const entry = await until('it is in the trail', async () => {
      const trail = await admin.get('/api/audit?resource_id=letters&outcome=done&limit=1');
      const [newest] = trail.body.entries;
      return newest?.action === 'REVERT_APP' && newest;
    });
    expect(entry.details).toMatchObject({ changes: { name: { from: 'Post', to: 'Letters' } } });
  });

  it('is not looked after by who is dismissed', async () => {
    expect((await admin.delete(path())).status).toBe(204);
    expect(await seenBy(ben, 'letters')).toBe(404);
    expect((await ben.client.delete('/api/apps/letters', { 'if-match': '*' })).status).toBe(403);
  });
});

describe('preferences', () => {
  it('follow a person from one browser to the next, and nobody else', async () => {
    const choice = { theme: 'dark', collapsed_categories: ['Games'], favorites: ['terminal'] };
    const none = await una.client.get('/api/me/preferences');
    expect(none.body).toEqual({
      theme: 'system',
      collapsed_categories: [],
      favorites: [],
      updated_at: null,
    });
    const kept = await una.client.put('/api/me/preferences', choice);
    expect(kept.status).toBe(200);
    const elsewhere = await new Client(sortie.url).signIn('una', PASSWORD);
    const found = await elsewhere.get('/api/me/preferences');
    expect(found.body).toMatchObject(choice);
    expect(found.headers.get('etag')).toBe(kept.headers.get('etag'));
    expect((await ben.client.get('/api/me/preferences')).body.updated_at).toBeNull();
    const stale = await una.client.put('/api/me/preferences', choice, { 'if-match': '"1"' });
    expect(stale.status).toBe(412);
  });
});
