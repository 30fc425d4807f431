// Goal: what a request carries is data and nothing else: it gives no rights, is fetched from nowhere, writes no line of
// the server's own log, and costs no more than its size.
// Method: the built server; every declared route asked with fields that are not its own, and values made to be run.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { Client } from '#test/support/client.js';
import { declaredGateway } from '#test/support/gateway-routes.js';
import { administrator, newPerson, type Person } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';

const gateway = await declaredGateway();

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let admin: Client;
let una: Person;

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie({ ...folders, env: { SORTIE_LOG_LEVEL: 'trace' } });
  admin = await administrator(sortie);
  una = await newPerson(sortie.url, admin, { name: 'una' });
});
afterAll(async () => {
  await gateway.close();
  await sortie?.end();
  await folders?.remove();
});

describe('a field that would give more than was asked for', () => {
  const PLANTED = ['role', 'userId', 'is_admin', 'owner_id', 'status', 'created_at', 'version'];
  const written = gateway.routes.filter(({ method }) => method !== 'GET');
  const cases = written.flatMap((route) => {
    const { path, method, operation } = route;
    const own = Object.keys((operation.data as unknown as z.ZodObject).shape);
    return [{ method, path, planted: PLANTED.filter((field) => !own.includes(field)) }];
  });

  it.each(cases)('is refused by $method $path', async ({ method, path, planted }) => {
    const url = path.replace(/\{[a-z_]+\}/g, 'nothing');
    const body = Object.fromEntries(planted.map((field) => [field, 'admin']));
    for (const client of [admin, una.client]) {
      const answer = await client.request(method, url, { body, headers: { 'if-match': '*' } });
      if (answer.status === 403 || answer.status === 404) continue;
      expect([answer.status, answer.body.code]).toEqual([400, 'InvalidRequest']);
      const refused = answer.body.errors.map(({ field }: { field: string }) => field);
      expect(refused).toEqual(expect.arrayContaining(planted));
    }
  });

  it('is refused to the administrator as well: it is not a question of rights', async () => {
    const body = { name: 'eve', role: 'user', id: 'chosen', status: 'active' };
    const answer = await admin.post('/api/users', body);
    expect(answer.status).toBe(400);
  });
});

describe('an address in an app', () => {
  it('is never asked by the server: it is a link for people', async () => {
    const asked: string[] = [];
    const inside = createServer(({ url = '' }, response) => {
      asked.push(url);
      response.end('secret of the inside');
    });
    await new Promise<void>((resolve) => void inside.listen(0, '127.0.0.1', resolve));
    const { port } = inside.address() as AddressInfo;
    const hosts = ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1', '0'];
    for (const [n, host] of hosts.entries()) {
      const url = `http://${host}:${port}/${n}`;
      const app = { id: `inside-${n}`, name: `Inside ${n}`, url, icon: url };
      expect((await admin.post('/api/apps', app)).status).toBe(201);
      expect((await admin.get(`/api/apps/inside-${n}`)).body.icon).toBe(url);
      expect((await una.client.post(`/api/apps/inside-${n}/launch`)).body.url).toBe(url);
    }
    await admin.get('/api/apps');
    await new Promise((resolve) => inside.close(resolve));
    expect(asked).toEqual([]);
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\tscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox',
    'file:///etc/passwd',
    'gopher://127.0.0.1:4222/_PUB',
    '//elsewhere.example',
    'http:///etc/passwd',
    'blob:https://a.example/1',
  ])('that is %j is refused', async (url) => {
    const app = { id: 'odd', name: 'Odd', url };
    const answer = await admin.post('/api/apps', app);
    expect([answer.status, answer.body.errors[0].field]).toEqual([400, 'url']);
  });

  it.each(['javascript:alert(1)', 'data:text/html;base64,PHNjcmlwdD4=', '"><script>', 'file:///x'])(
    'that is the icon %j is refused',
    async (icon) => {
      const app = { id: 'odd', name: 'Odd', url: 'https://a.example', icon };
      const answer = await admin.post('/api/apps', app);
      expect([answer.status, answer.body.errors[0].field]).toEqual([400, 'icon']);
    },
  );
});

describe('JSON that costs more than it weighs', () => {
  const deep = (open: string, close: string, depth: number) =>
    open.repeat(depth) + close.repeat(depth);
  const many = (count: number, of: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => of(n)).join(',');
  it.each([
    ['lists in lists', deep('[', ']', 100_000)],
    ['objects in objects', `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`],
    ['lists that never end', '['.repeat(250_000)],
    ['as many fields as fit', `{${many(20_000, (n) => `"f${n}":1`)}}`],
    ['one field again and again', `{${many(20_000, () => '"name":"a"')}}`],
    ['a number without end', `{"name":1${'0'.repeat(200_000)}}`],
    ['a number out of range', '{"name":1e999999}'],
    ['a list in a field', `{"name":[${many(60_000, () => '1')}]}`],
    ['lists in a field', `{"name":${deep('[', ']', 100_000)}}`],
    ['an unknown field of lists', `{"surprise":${deep('[', ']', 100_000)}}`],
    ['escapes', `{"name":"${'\\u0041'.repeat(40_000)}"}`],
  ])('as %s is refused or taken as what it is, and the server goes on', async (_, body) => {
    const answer = await admin.request('POST', '/api/apps', { body });
    expect([400, 413]).toContain(answer.status);
    expect((await fetch(`${sortie.url}/livez`)).status).toBe(200);
  });
});

it('half a character is kept as one that every database takes', async () => {
  const body = '{"id":"half","name":"a\\ud800b","url":"https://a.example"}';
  const { status } = await admin.request('POST', '/api/apps', { body });
  expect(status).toBe(201);
  expect((await admin.get('/api/apps/half')).body.name).toBe('a\ufffdb');
});

describe('a line in the log of the server', () => {
  it('can not be forged, nor steer a terminal', async () => {
    const forged = '{"level":60,"msg":"the disk is on fire"}';
    const hostile = ['\r\n', '\n', '\u2028', '\u001b[2J\u001b[31m', '\u0007', '\u009b31m'].map(
      (mark) => `a${mark}${forged}${mark}`,
    );
    for (const text of hostile) {
      const inHeader = encodeURIComponent(text);
      await una.client.get(`/api/apps/${inHeader}`, { headers: { 'user-agent': inHeader } });
      await una.client.get(`/${inHeader}?q=${inHeader}`);
      await una.client.post('/api/apps', { id: text, name: text });
      await una.client.post('/api/sign-in', { name: text, password: text });
      await admin.post('/api/apps', { name: text, url: 'https://a.example', description: text });
      await admin.post('/api/users', { name: text, role: 'user' });
      await new Client(sortie.url).get('/api/sessions/x', { headers: { cookie: inHeader } });
    }
    const [, logged = ''] = sortie.output().split(/Sortie is ready:.*\n/);
    // The rest of the last one may still be on its way.
    const lines = logged
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'));
    for (const line of lines) {
      expect(() => JSON.parse(line) as unknown, line).not.toThrow();
      expect((JSON.parse(line) as { msg?: string }).msg).not.toBe('the disk is on fire');
    }
    // oxlint-disable-next-line no-control-regex
    expect(logged).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });
});

describe('passwords tried from one address', () => {
  it('are few a minute, whatever address the sender claims and whichever name is tried', async () => {
    const own = await sortieFolders();
    const strict = await startSortie({ ...own, env: { SORTIE_SIGN_INS_PER_MINUTE: '20' } });
    try {
      const statuses = [];
      for (let n = 0; n < 30; n += 1) {
        const headers = { 'x-forwarded-for': `192.0.2.${n}`, forwarded: `for=192.0.2.${n}` };
        const body = { name: `user${n}`, password: 'wrong wrong' };
        const stranger = new Client(strict.url);
        statuses.push((await stranger.post('/api/sign-in', body, headers)).status);
      }
      // One went to the administrator, who chose a password at the start.
      expect(statuses.filter((status) => status === 401)).toHaveLength(19);
      expect(statuses.slice(19)).toEqual(Array.from({ length: 11 }, () => 429));
    } finally {
      await strict.end();
      await own.remove();
    }
  });
});
