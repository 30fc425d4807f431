// Goal: the trail over REST is searched, counted and taken out, by those who may; and everybody reads what concerns them.
// Method: the built server; a few people do a few things, and look.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEntry } from '#shared/contracts/audit.js';
import { Client } from '#test/support/client.js';
import { administrator, newPerson, PASSWORD, type Person } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { until } from '#test/support/waits.js';

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let admin: Client;
let una: Person;

const app = { id: 'atelier', name: 'Atelier Été', url: 'https://a.example' };

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie({ ...folders, env: { SORTIE_AUDIT_RETENTION_DAYS: '400' } });
  admin = await administrator(sortie);
  una = await newPerson(sortie.url, admin, { name: 'una' });
  await admin.post('/api/apps', app);
  await una.client.post('/api/apps/atelier/launch');
  await una.client.post('/api/apps', app);
  await until('the trail has it all', async () => {
    const { body } = await admin.get('/api/projections');
    return body.projections.every(({ lag }: { lag: number }) => lag === 0);
  });
});
afterAll(async () => {
  await sortie?.end();
  await folders?.remove();
});

const entriesOf = async (client: Client, path: string): Promise<AuditEntry[]> =>
  ((await client.get(path)).body as { entries: AuditEntry[] }).entries;
const asCookie = (client: Client) => ({ headers: { cookie: client.cookie } });

describe('the trail', () => {
  it('is searched by words, whatever is typed', async () => {
    const actions = (await entriesOf(admin, '/api/audit?q=ETE+atelier')).map((one) => one.action);
    expect(actions).toEqual(['CREATE_APP']);
    const hostile = encodeURIComponent('atelier" OR 1=1 -- * NEAR(');
    expect((await admin.get(`/api/audit?q=${hostile}`)).status).toBe(200);
    expect((await admin.get('/api/audit?q=%2A')).body).toMatchObject({
      ...{ status: 400, code: 'InvalidRequest' },
      errors: [{ field: 'q', message: 'has no word to search for' }],
    });
  });

  it('is counted by the hour and by the day', async () => {
    const { body } = await admin.get('/api/audit/timeline?bucket=hour&resource_id=atelier');
    const total = body.buckets.reduce(
      (sum: number, one: { entries: number }) => sum + one.entries,
      0,
    );
    expect(total).toBe((await entriesOf(admin, '/api/audit?resource_id=atelier')).length);
    expect(
      (await admin.get('/api/audit/timeline?bucket=hour&since=2000-01-01T00:00:00Z')).status,
    ).toBe(400);
  });

  it('says what would leave it, and that nothing does', async () => {
    const { body } = await admin.get('/api/audit/retention');
    expect(body).toMatchObject({ days: 400, leaving: 0 });
    expect(body.staying).toBeGreaterThan(3);
    expect((await admin.get('/api/audit/retention?days=0')).status).toBe(400);
  });
});

describe('an export', () => {
  const fetched = (query: string, options: RequestInit = asCookie(admin)) =>
    fetch(`${sortie.url}/api/audit/export${query}`, options);

  it('is a file of what the filters let through, up to where the log was', async () => {
    const response = await fetched('?format=ndjson&resource_id=atelier');
    expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="sortie-audit-\d+\.ndjson"$/,
    );
    const through = Number(response.headers.get('sortie-as-of'));
    const lines = (await response.text()).trimEnd().split('\n');
    const entries = lines.map((line) => JSON.parse(line) as AuditEntry);
    expect(entries).toEqual(
      (await entriesOf(admin, '/api/audit?resource_id=atelier')).toReversed(),
    );
    expect(Math.max(...entries.map(({ sequence }) => sequence))).toBeLessThanOrEqual(through);
  });

  it('is a table for spreadsheets unless asked for otherwise', async () => {
    const text = await (await fetched('?q=atelier')).text();
    const [header, first] = text.split('\r\n');
    expect(header).toMatch(/^"id","timestamp","user","user_name","action"/);
    expect(first).toContain('"CREATE_APP","app","atelier","done"');
    expect(first).toContain('"admin"');
  });

  it('is in the trail with who asked for what', async () => {
    await (await fetched('?format=csv&user=nobody')).text();
    const entry = await until('it is in the trail', async () => {
      const [newest] = await entriesOf(admin, '/api/audit?action=EXPORT_AUDIT');
      return newest?.details['format'] === 'csv' && newest;
    });
    expect(entry.details).toMatchObject({ filters: { user: 'nobody' } });
  });

  it('is for those who may read the trail, and not begun by HEAD', async () => {
    const exports = async () => (await entriesOf(admin, '/api/audit?action=EXPORT_AUDIT')).length;
    const before = await exports();
    const head = await fetched('', { method: 'HEAD', ...asCookie(admin) });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect((await fetched('', asCookie(una.client))).status).toBe(403);
    expect((await fetched('', {})).status).toBe(401);
    expect((await fetched('?format=pdf')).status).toBe(400);
    expect(await exports()).toBe(before);
  });
});

describe('one’s own trail', () => {
  it('has what one did and what others did to one, with who, and without where they sat', async () => {
    await admin.put(`/api/users/${una.id}/role`, { role: 'auditor' }, { 'if-match': '*' });
    // Rights that changed end every sign-in, and so does the test that goes on.
    const client = await new Client(sortie.url).signIn('una', PASSWORD);
    await new Client(sortie.url).post('/api/sign-in', { name: 'una', password: 'wrong' });
    const mine = await until('all of it is there', async () => {
      const entries = await entriesOf(client, '/api/me/trail');
      const actions = entries.map(({ action }) => action);
      return actions.includes('SIGN_IN_FAILED') && actions.includes('CHANGE_ROLE') && entries;
    });
    const of = (action: string) => mine.find((one) => one.action === action);
    expect(of('CHANGE_ROLE')).toMatchObject({
      ...{ user_name: 'admin', ip_address: '', user_agent: '' },
      details: { changes: { role: { from: 'user', to: 'auditor' } } },
    });
    expect(of('LAUNCH_APP')?.user).toBe(una.id);
    expect(of('LAUNCH_APP')?.ip_address).not.toBe('');
    expect(of('SIGN_IN_FAILED')?.ip_address).not.toBe('');
    expect(of('CREATE_APP')?.outcome).toBe('refused');
    expect(mine.every(({ action }) => action !== 'EXPORT_AUDIT')).toBe(true);
  });

  it('is nobody else’s', async () => {
    const piet = await newPerson(sortie.url, admin, { name: 'piet' });
    const mine = await entriesOf(piet.client, '/api/me/trail');
    const ids = new Set(mine.flatMap((one) => [one.user, one.resource_id]));
    expect(ids.has(una.id)).toBe(false);
    expect((await new Client(sortie.url).get('/api/me/trail')).status).toBe(401);
    expect((await piet.client.get('/api/me/trail?user=x')).status).toBe(400);
  });
});
