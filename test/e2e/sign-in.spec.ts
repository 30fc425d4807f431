// Goal: signing in and out over REST: the cookie, its rotation, the lock-out, and requests of other sites and hosts.
// Method: the built server; fetch where a browser would do the same, a bare HTTP client where headers are forged.
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '#test/support/client.js';
import { EventReader } from '#test/support/event-reader.js';
import { administrator, newPerson, PASSWORD } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { until } from '#test/support/waits.js';

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let admin: Client;

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie({ ...folders, env: { SORTIE_TRUSTED_PROXIES: '127.0.0.1, ::1' } });
  admin = await administrator(sortie);
});
afterAll(async () => {
  await sortie?.end();
  await folders?.remove();
});

const signIn = (name: string, password: string, headers: Record<string, string> = {}) =>
  new Client(sortie.url).post('/api/sign-in', { name, password }, headers);

describe('signing in', () => {
  it('answers with the user and a cookie that no script and no other site can use', async () => {
    const { status, body, headers } = await signIn('admin', sortie.password);
    expect(status).toBe(200);
    expect(body).toEqual({
      user: { id: expect.any(String), name: 'admin', role: 'admin', must_change_password: false },
    });
    const [cookie = ''] = headers.getSetCookie();
    expect(cookie).toMatch(/^sortie=[A-Za-z0-9_-]{40,};/);
    expect(cookie.split('; ').slice(1)).toEqual(
      expect.arrayContaining(['Path=/', 'HttpOnly', 'SameSite=Strict']),
    );
    expect(JSON.stringify(body)).not.toContain(cookie.slice(7, 47));
  });

  it('again, with a cookie that is still good, gives a new one and ends the old sign-in', async () => {
    const client = await new Client(sortie.url).signIn('admin', sortie.password);
    const before = client.cookie;
    const stream = await EventReader.open(sortie.url, { cookie: before });
    await client.signIn('admin', sortie.password);
    expect(client.cookie).not.toBe(before);
    expect((await client.get('/api/me')).status).toBe(200);
    const old = await new Client(sortie.url).get('/api/me', { headers: { cookie: before } });
    expect(old.status).toBe(401);
    await until('the old stream ends', () => stream.isEnded);
  });

  it('with a cookie that was planted before gives another one', async () => {
    const planted = 'sortie=planted-by-somebody-else-0123456789abcdef';
    const { status, headers } = await signIn('admin', sortie.password, { cookie: planted });
    expect(status).toBe(200);
    expect(headers.getSetCookie()[0]).not.toContain('planted');
  });

  it.each([
    ['a wrong password', 'admin', 'wrong'],
    ['an unknown name', 'nobody-here', 'wrong'],
  ])('with %s is answered 401, in the same words', async (_, name, password) => {
    const { status, body } = await signIn(name, password, { 'x-forwarded-for': '192.0.2.1' });
    expect(status).toBe(401);
    expect(body).toMatchObject({ code: 'SignInFailed', detail: 'Name or password is wrong.' });
  });

  it('is locked after five wrong passwords, for that name from that address alone', async () => {
    await newPerson(sortie.url, admin, { name: 'laura' });
    const from = (ip: string) => ({ 'x-forwarded-for': ip });
    const statuses: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      statuses.push((await signIn('laura', `wrong ${n}`, from('192.0.2.7'))).status);
    }
    expect(statuses.slice(0, 4)).toEqual([401, 401, 401, 401]);
    const locked = await signIn('laura', PASSWORD, from('192.0.2.7'));
    expect(locked.status).toBe(429);
    expect(locked.body.code).toBe('SignInLocked');
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await signIn('laura', PASSWORD, from('192.0.2.8'))).status).toBe(200);
    expect((await signIn('admin', sortie.password, from('192.0.2.7'))).status).toBe(200);
  });
});

describe('signing out', () => {
  it('ends the sign-in and takes the cookie back', async () => {
    const client = await new Client(sortie.url).signIn('admin', sortie.password);
    const { cookie } = client;
    const { status, headers } = await client.post('/api/sign-out');
    expect(status).toBe(204);
    expect(headers.getSetCookie()[0]).toMatch(/^sortie=;.*Expires=Thu, 01 Jan 1970/);
    const after = await new Client(sortie.url).get('/api/me', { headers: { cookie } });
    expect(after.status).toBe(401);
    expect(after.body.code).toBe('SignInRequired');
  });

  it('by a change of the password happens to all other sign-ins', async () => {
    const { client } = await newPerson(sortie.url, admin, { name: 'paula' });
    const other = await new Client(sortie.url).signIn('paula', PASSWORD);
    const stream = await EventReader.open(sortie.url, { cookie: other.cookie });
    const weak = { current_password: PASSWORD, new_password: 'short' };
    const refused = await client.post('/api/me/password', weak);
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({
      code: 'PasswordTooWeak',
      errors: [{ field: 'new_password', message: expect.any(String) }],
    });
    const good = { current_password: PASSWORD, new_password: 'quiet granite 17' };
    expect((await client.post('/api/me/password', good)).status).toBe(204);
    expect((await client.get('/api/me')).body.must_change_password).toBe(false);
    expect((await other.get('/api/me')).status).toBe(401);
    await until('the other stream ends', () => stream.isEnded);
  });
});

/** Sends what fetch would not let a test send. */
const raw = (method: string, path: string, headers: Record<string, string>) =>
  new Promise<{ status: number; code: string }>((resolve, reject) => {
    const sent = request(`${sortie.url}${path}`, { method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        const code = text.startsWith('{') ? JSON.parse(text).code : '';
        resolve({ status: response.statusCode ?? 0, code });
      });
    });
    sent.on('error', reject);
    sent.end();
  });

describe('a request that another site’s page sends', () => {
  it.each([
    ['Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['Sec-Fetch-Site: same-site', { 'sec-fetch-site': 'same-site' }],
    ['Sec-Fetch-Site: none', { 'sec-fetch-site': 'none' }],
    ['a foreign Origin', { origin: 'https://evil.example' }],
    ['the Origin "null"', { origin: 'null' }],
  ])('with %s changes nothing', async (_, headers) => {
    const { cookie } = admin;
    for (const [method, path] of [
      ['POST', '/api/sign-out'],
      ['POST', '/api/apps/novnc/launch'],
      ['PUT', '/api/apps/novnc/approvals/x'],
      ['DELETE', '/api/apps/novnc'],
    ] as const) {
      expect(await raw(method, path, { ...headers, cookie })).toEqual({
        status: 403,
        code: 'CrossSite',
      });
    }
    expect((await admin.get('/api/me')).status).toBe(200);
  });

  it('is told from one of the own page', async () => {
    const own = { 'sec-fetch-site': 'same-origin', origin: sortie.url, cookie: admin.cookie };
    expect((await raw('POST', '/api/apps/novnc/launch', own)).status).toBe(200);
  });

  it('under a host name that is a stranger’s is refused, reads too', async () => {
    const host = { host: 'evil.example', cookie: admin.cookie };
    expect((await raw('GET', '/api/me', host)).status).toBe(400);
    expect((await raw('GET', '/', host)).status).toBe(400);
    expect((await raw('POST', '/api/sign-out', host)).status).toBe(400);
    expect((await raw('GET', '/livez', host)).status).toBe(200);
    expect((await raw('GET', '/livez/../api/me', host)).status).toBe(400);
  });
});
