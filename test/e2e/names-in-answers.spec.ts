// Goal: ids of people come with their names to whoever may know them, and to nobody else.
// Method: the built server, asked over HTTP by people of every kind.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '#test/support/client.js';
import { administrator, newPerson, type Person } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let admin: Client;
let una: Person;

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie(folders);
  admin = await administrator(sortie);
  una = await newPerson(sortie.url, admin, { name: 'una' });
});
afterAll(async () => {
  await sortie?.end();
  await folders?.remove();
});

describe('a list of sessions', () => {
  beforeAll(async () => {
    await una.client.post('/api/sessions', { app_id: 'terminal' });
  });
  const named = async (client: Client, query: string): Promise<unknown[]> => {
    const { body } = await client.get(`/api/sessions${query}`);
    return body.sessions.map(({ user_name }: { user_name?: string }) => user_name);
  };

  it.each(['operator', 'auditor', 'admin'] as const)('tells an %s whose each is', async (role) => {
    const { client } = await newPerson(sortie.url, admin, { name: `who-is-${role}`, role });
    expect(await named(client, '?scope=all')).toEqual(['una']);
  });

  it('tells nobody that their own are theirs', async () => {
    expect(await named(una.client, '')).toEqual([undefined]);
  });
});

describe('the list of who may use an app', () => {
  it('has names for whoever looks after its category, of those on it alone', async () => {
    const ben = await newPerson(sortie.url, admin, { name: 'ben' });
    const app = { id: 'plans', name: 'Plans', url: 'https://p.example', category: 'Office' };
    await admin.post('/api/apps', { ...app, visibility: 'approved' });
    await admin.put(`/api/categories/Office/administrators/${ben.id}`, {});
    const approvals = async () => (await ben.client.get('/api/apps/plans/approvals')).body;
    expect(await approvals()).toEqual({ user_ids: [], group_ids: [], users: [] });
    await admin.put(`/api/apps/plans/approvals/${una.id}`, {});
    expect(await approvals()).toEqual({
      user_ids: [una.id],
      group_ids: [],
      users: [{ id: una.id, name: 'una' }],
    });
    expect((await ben.client.get('/api/users')).status).toBe(403);
  });

  it('has no name that is none', async () => {
    const app = { id: 'open', name: 'Open', url: 'https://o.example', visibility: 'approved' };
    await admin.post('/api/apps', app);
    await admin.put('/api/apps/open/approvals/nobody-yet', {});
    expect((await admin.get('/api/apps/open/approvals')).body).toEqual({
      user_ids: ['nobody-yet'],
      group_ids: [],
      users: [],
    });
  });
});
