// Goal: the catalogue over REST as the requirements and the plan say: fields, versions, cursors, repeated requests.
// Method: the built server in a process of its own; an administrator asks with fetch.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '#test/support/client.js';
import { administrator } from '#test/support/people.js';
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

const urlApp = (id: string) => ({ id, name: `App ${id}`, url: 'https://a.example/' });
const etagOf = ({ headers }: { headers: Headers }) => headers.get('etag') ?? '';

describe('an app', () => {
  it('is created, read, replaced and deleted, each with its version', async () => {
    const created = await admin.post('/api/apps', urlApp('life'));
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe('/api/apps/life');
    expect(etagOf(created)).toMatch(/^"\d+"$/);
    const read = await admin.get('/api/apps/life');
    expect(read.status).toBe(200);
    expect(etagOf(read)).toBe(etagOf(created));
    expect(read.body).toEqual(created.body);
    const revised = await admin.put(
      '/api/apps/life',
      { ...read.body, name: 'Renamed' },
      { 'if-match': etagOf(read) },
    );
    expect(revised.status).toBe(200);
    expect(revised.body.name).toBe('Renamed');
    expect(etagOf(revised)).not.toBe(etagOf(read));
    const deleted = await admin.delete('/api/apps/life', { 'if-match': etagOf(revised) });
    expect(deleted.status).toBe(204);
    expect(deleted.body).toBe('');
    const gone = await admin.get('/api/apps/life');
    expect(gone.status).toBe(404);
    expect(gone.body.code).toBe('AppUnknown');
  });

  it('has the fields of S-31, with container_image only where there is one', async () => {
    const link = await admin.post('/api/apps', urlApp('fields'));
    expect(Object.keys(link.body).toSorted()).toEqual(
      [
        ...['category', 'description', 'icon', 'id', 'launch_type'],
        ...['name', 'url', 'visibility'],
      ].toSorted(),
    );
    expect(link.body).toMatchObject({ visibility: 'public', launch_type: 'url' });
    const desktop = await admin.get('/api/apps/terminal');
    expect(desktop.body).toMatchObject({
      launch_type: 'container',
      container_image: 'sortie/terminal',
    });
  });

  it('without an id gets one', async () => {
    const { status, body, headers } = await admin.post('/api/apps', {
      name: 'No id',
      url: 'https://a.example',
    });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/api/apps/${body.id}`);
    expect((await admin.get(`/api/apps/${body.id}`)).status).toBe(200);
  });

  it('is not created twice under one id', async () => {
    await admin.post('/api/apps', urlApp('twice'));
    const again = await admin.post('/api/apps', urlApp('twice'));
    expect(again.status).toBe(409);
    expect(again.body.code).toBe('AppIdTaken');
  });

  it('is unchanged for a browser that has its version', async () => {
    const { headers } = await admin.get('/api/apps/terminal');
    const known = { headers: { 'if-none-match': headers.get('etag') ?? '' } };
    expect((await admin.get('/api/apps/terminal', known)).status).toBe(304);
  });
});

describe('a change', () => {
  it.each(['PUT', 'DELETE'])('by %s without If-Match is answered 428', async (method) => {
    const options = method === 'PUT' ? { body: { name: 'x', url: 'https://a.example' } } : {};
    const answer = await admin.request(method, '/api/apps/novnc', options);
    expect(answer.status).toBe(428);
    expect(answer.body.code).toBe('VersionMissing');
  });

  it.each(['"1"', '"999999"', 'W/"1"', 'nonsense'])(
    'on the stale version %s is answered 412 and does nothing',
    async (etag) => {
      const before = await admin.get('/api/apps/novnc');
      const answer = await admin.put(
        '/api/apps/novnc',
        { name: 'lost', url: 'https://a.example' },
        { 'if-match': etag },
      );
      expect(answer.status).toBe(412);
      expect(answer.body.code).toBe('VersionStale');
      expect(await admin.get('/api/apps/novnc')).toMatchObject({ body: before.body });
    },
  );

  it('of twenty at a time on one version is made by one', async () => {
    const created = await admin.post('/api/apps', urlApp('race'));
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        admin.put(
          '/api/apps/race',
          { ...urlApp('race'), name: `writer ${n}` },
          { 'if-match': etagOf(created) },
        ),
      ),
    );
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([200, ...Array.from({ length: 19 }, () => 412)]);
  });
});

describe('the list', () => {
  it('comes in pages that hold every app once, in order', async () => {
    for (let n = 0; n < 7; n += 1) await admin.post('/api/apps', urlApp(`page-${n}`));
    const whole = (await admin.get('/api/apps')).body.apps.map((app: { id: string }) => app.id);
    const paged: string[] = [];
    let cursor = '';
    do {
      const { body } = await admin.get(`/api/apps?limit=2${cursor}`);
      expect(body.apps.length).toBeLessThanOrEqual(2);
      paged.push(...body.apps.map((app: { id: string }) => app.id));
      cursor = body.next_cursor ? `&cursor=${body.next_cursor}` : '';
    } while (cursor);
    expect(paged).toEqual(whole);
    expect(paged).toEqual(paged.toSorted());
  });

  it('has no versions in it and no next_cursor on its last page', async () => {
    const { headers, body } = await admin.get('/api/apps');
    expect(headers.get('etag')).toBeNull();
    expect(body).not.toHaveProperty('next_cursor');
    expect(body.apps[0]).not.toHaveProperty('version');
  });
});

describe('a repeated Idempotency-Key', () => {
  const key = (name: string) => ({ 'idempotency-key': name });

  it('gets the first answer, version and status', async () => {
    const first = await admin.post('/api/apps', urlApp('key-a'), key('a'));
    const changed = await admin.put(
      '/api/apps/key-a',
      { ...urlApp('key-a'), name: 'Later' },
      { 'if-match': etagOf(first) },
    );
    expect(changed.status).toBe(200);
    const second = await admin.post('/api/apps', urlApp('key-a'), key('a'));
    expect(second).toMatchObject({ status: first.status, body: first.body });
    expect(etagOf(second)).toBe(etagOf(first));
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
  });

  it('of a PUT and of a DELETE gets the first answer, though its If-Match is stale by then', async () => {
    const created = await admin.post('/api/apps', urlApp('key-b'));
    const put = () =>
      admin.put(
        '/api/apps/key-b',
        { name: 'B', url: 'https://b.example' },
        {
          'if-match': etagOf(created),
          ...key('b-put'),
        },
      );
    const [first, second] = [await put(), await put()];
    expect(second).toMatchObject({ status: 200, body: first.body });
    const remove = () =>
      admin.delete('/api/apps/key-b', { 'if-match': etagOf(first), ...key('b-delete') });
    expect([(await remove()).status, (await remove()).status]).toEqual([204, 204]);
  });

  it('with another body is answered 422', async () => {
    await admin.post('/api/apps', urlApp('key-c'), key('c'));
    const other = await admin.post('/api/apps', { ...urlApp('key-c'), name: 'Other' }, key('c'));
    expect(other.status).toBe(422);
    expect(other.body.code).toBe('IdempotencyKeyReused');
  });

  it('on another route is answered 422', async () => {
    await admin.post('/api/apps', urlApp('key-d'), key('d'));
    const other = await admin.post('/api/users', { name: 'dora', role: 'user' }, key('d'));
    expect(other.status).toBe(422);
  });

  it('makes one app of many requests at a time', async () => {
    const body = { name: 'Only once', url: 'https://a.example' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => admin.post('/api/apps', body, key('e'))),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(new Set(answers.map(etagOf)).size).toBe(1);
    const { body: list } = await admin.get('/api/apps');
    const named = list.apps.filter((app: { name: string }) => app.name === 'Only once');
    expect(named).toHaveLength(1);
  });

  it('repeats a refusal, too', async () => {
    const first = await admin.post('/api/apps', urlApp('key-a'), key('f'));
    const second = await admin.post('/api/apps', urlApp('key-a'), key('f'));
    expect(first.status).toBe(409);
    // Each request has a trace of its own.
    const { traceId: _first, ...answer } = first.body;
    expect(second).toMatchObject({ status: 409, body: answer });
  });

  it.each(['', 'x'.repeat(256)])('that is no key is answered 400', async (bad) => {
    expect((await admin.post('/api/apps', urlApp('key-g'), key(bad))).status).toBe(400);
  });
});
