// Goal: what makes no sense is answered with what was wrong, where, and what to do; and nothing of it is done.
// Method: the built server; fetch, and bare sockets for what is not even HTTP.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '#test/support/client.js';
import { administrator } from '#test/support/people.js';
import { rawAnswer } from '#test/support/raw-http.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let admin: Client;

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie(folders);
  admin = await administrator(sortie);
});
afterAll(async () => {
  await sortie?.end();
  await folders?.remove();
});

const app = { id: 'bad', name: 'Bad', url: 'https://a.example' };
const json = { 'content-type': 'application/json' };
const post = (body: string, headers: Record<string, string> = json) =>
  admin.request('POST', '/api/apps', { body, headers });

describe('a body', () => {
  it.each([
    ['{"name": "a",\n "url" "b"}', /line 2, column 8/],
    ['{"name": ', /line 1, column 10/],
    ['[1, 2,]', /line 1, column 7/],
    ['', /empty/],
    ['   ', /empty/],
    ['{"name": "a", "__proto__": {"role": "admin"}}', /__proto__/],
    ['{"name": "a", "constructor": {"prototype": {}}}', /constructor/],
  ])('that is %j is refused with the place', async (body, detail) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: 'MalformedRequest' });
    expect(answer.body.detail).toMatch(detail);
  });

  it.each(['[]', '"text"', 'null', '1', 'true'])(
    'that is %s, no object, is refused',
    async (body) => {
      const answer = await post(body);
      expect([answer.status, answer.body.code]).toEqual([400, 'InvalidRequest']);
    },
  );

  it.each([
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['multipart/form-data; boundary=x', 415],
    ['application/xml', 415],
    ['application/json; charset=utf-8', 201],
  ])('of type %s is answered %i', async (type, status) => {
    const answer = await post(JSON.stringify({ ...app, id: 'typed' }), { 'content-type': type });
    expect(answer.status).toBe(status);
  });

  it('that is too large is refused', async () => {
    const answer = await post(JSON.stringify({ ...app, description: 'x'.repeat(300_000) }));
    expect([answer.status, answer.body.code]).toEqual([413, 'BodyTooLarge']);
  });
});

describe('a field', () => {
  it.each([
    ['name', 1],
    ['name', ''],
    ['name', 'two\nlines'],
    ['name', 'x'.repeat(81)],
    ['url', 'javascript:alert(1)'],
    ['url', ['https://a.example']],
    ['url', ''],
    ['icon', '<svg>'],
    ['visibility', 'everyone'],
    ['launch_type', 'container'],
    ['id', 'a/b'],
    ['id', '../x'],
    ['surprise', 1],
  ])('%s that is %j is named, with what to write instead', async (field, value) => {
    const answer = await post(JSON.stringify({ ...app, [field]: value }));
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('InvalidRequest');
    const fields = answer.body.errors.map((e: { field: string }) => e.field);
    expect(fields).toEqual([field === 'launch_type' ? 'container_image' : field]);
    expect(answer.body.detail).toContain(fields[0]);
  });

  it('is told with all others that are wrong', async () => {
    const { body } = await post(JSON.stringify({ id: 'a b', name: '', visibility: 'x', more: 1 }));
    const fields = body.errors.map((e: { field: string }) => e.field);
    expect(fields.toSorted()).toEqual(['id', 'more', 'name', 'visibility']);
  });

  it('of a replaced app is named without a prefix, and its id never changes', async () => {
    const match = { 'if-match': '*' };
    const wrong = await admin.put('/api/apps/novnc', { name: 1 }, match);
    expect(wrong.body.errors[0].field).toBe('name');
    const moved = await admin.put('/api/apps/novnc', { ...app, id: 'other' }, match);
    expect(moved.status).toBe(400);
  });

  it('of the path is not taken from the body', async () => {
    const answer = await admin.put('/api/apps/novnc/approvals/una', { app_id: 'terminal' });
    expect([answer.status, answer.body.errors[0].field]).toEqual([400, 'app_id']);
  });
});

describe('a query', () => {
  it.each([
    '/api/apps?limit=0',
    '/api/apps?limit=1001',
    '/api/apps?limit=ten',
    '/api/apps?limit=1.5',
    '/api/apps?limit=5&limit=6',
    '/api/apps?surprise=1',
    '/api/apps?cursor=%00',
    '/api/apps?__proto__=1',
    '/api/sessions?status=open',
    '/api/sessions?cursor=bm9uc2Vuc2U',
    '/api/audit?since=yesterday',
    '/api/audit?user=a&user=b',
    '/api/analytics?days=0',
  ])('%s is refused with the parameter', async (path) => {
    const { status, body } = await admin.get(path);
    expect([path, status, body.code]).toEqual([path, 400, 'InvalidRequest']);
    expect(body.detail).toMatch(/limit|surprise|cursor|__proto__|status|since|user|days/);
  });

  it.each(['/api/apps/absent', '/api/apps/absent/approvals', '/api/sessions/absent'])(
    'for %s finds nothing',
    async (path) => {
      const { status, body } = await admin.get(path);
      expect(status).toBe(404);
      expect(body.detail).toContain('absent');
      expect(body.instance).toBe(path);
    },
  );
});

describe('what is not even HTTP', () => {
  it('is answered, and told from what is too long', async () => {
    expect(await rawAnswer(sortie.url, 'nonsense\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 [^]*MalformedRequest/,
    );
    const long = `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`;
    expect(await rawAnswer(sortie.url, long)).toMatch(/^HTTP\/1.1 431 [^]*HeadersTooLarge/);
    const url = `GET /${'y'.repeat(20_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`;
    expect(await rawAnswer(sortie.url, url)).toMatch(/^HTTP\/1.1 431 /);
  });

  it('as an upgrade to something else is answered, and leaves the server up', async () => {
    const upgrade = (path: string, to: string) =>
      rawAnswer(
        sortie.url,
        `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: ${to}\r\n\r\n`,
      );
    expect(await upgrade('/api/apps', 'h2c')).toMatch(/^HTTP\/1.1 400 [^]*leave out Upgrade/);
    expect(await upgrade('/nothing', 'websocket')).toMatch(/^HTTP\/1.1 404 /);
    const { hostname, port } = new URL(sortie.url);
    const resets = Array.from({ length: 50 }, async (_, n) => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      socket.write(
        `GET /x${n} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`,
        () => socket.resetAndDestroy(),
      );
    });
    await Promise.all(resets);
    expect((await admin.get('/livez')).status).toBe(200);
  });
});

it('nothing of all this was done', async () => {
  const { body } = await admin.get('/api/apps?limit=1000');
  const ids = body.apps.map((one: { id: string }) => one.id);
  expect(ids).toEqual(['api', 'cloudevents', 'novnc', 'terminal', 'typed']);
  expect((await admin.get('/readyz')).body.ready).toBe(true);
});
