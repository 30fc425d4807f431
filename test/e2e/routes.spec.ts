// Goal: every route is documented, and every answer, good or bad, carries the headers that keep a browser safe. Who gets in
// where is in role-route.spec.ts.
// Method: the routes that the gateway declares, asked of the built server by a stranger and an administrator.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, Client } from '#test/support/client.js';
import { EventReader } from '#test/support/event-reader.js';
import { declaredGateway } from '#test/support/gateway-routes.js';
import { administrator } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';

type Asked = Readonly<{ method: string; path: string; stream: boolean }>;

const gateway = await declaredGateway();
const asked: readonly Asked[] = [
  ...gateway.routes.map(({ method, path }) => ({ method, path, stream: false })),
  ...gateway.rawRoutes.map(({ method, path, produces }) => ({
    ...{ method, path, stream: produces === 'text/event-stream' },
  })),
];

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let admin: Client;

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie(folders);
  admin = await administrator(sortie);
});
afterAll(async () => {
  await gateway.close();
  await sortie?.end();
  await folders?.remove();
});

const stranger = (): Client => new Client(sortie.url);
/** Signing out would make the rest of the run anonymous, so it gets a sign-in of its own. */
const administratorFor = ({ path }: Asked): Client | Promise<Client> =>
  path.startsWith('/api/sign-out') || path === '/api/me/sign-out-everywhere'
    ? administrator(sortie)
    : admin;

const filled = (path: string): string =>
  path
    .replace('{name}', 'catalog.nothing')
    .replace(/\{[a-z_]+\}/g, 'nothing')
    .replace('*', 'x');

async function ask(client: Client, { method, path, stream }: Asked): Promise<Answer> {
  if (!stream) {
    return client.request(method, filled(path), method === 'GET' ? {} : { body: {} });
  }
  const reader = await EventReader.open(sortie.url, { cookie: client.cookie });
  reader.cut();
  return { status: reader.status, headers: new Headers(), body: '' };
}

describe('the table', () => {
  it('has every route that the OpenAPI document has, and the other way round', async () => {
    const { body } = await new Client(sortie.url).get('/api/openapi.json');
    const documented = Object.entries(body.paths as Record<string, object>).flatMap(
      ([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const files = new Set(['GET /*', 'GET /api/docs/assets/*']);
    const declared = asked.map(({ method, path }) => `${method} ${path}`);
    expect(declared.filter((one) => !files.has(one)).toSorted()).toEqual(documented.toSorted());
    expect(declared.length).toBeGreaterThan(30);
  });
});

const HEADERS = {
  'content-security-policy': /frame-ancestors 'none'/,
  'x-content-type-options': /^nosniff$/,
  'referrer-policy': /^same-origin$/,
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
};

function expectSafe({ headers }: Answer, path: string): void {
  for (const [name, value] of Object.entries(HEADERS)) {
    expect(headers.get(name) ?? '', `${name} of ${path}`).toMatch(value);
  }
  expect(headers.get('x-powered-by')).toBeNull();
}

describe('every answer', () => {
  it('has the headers, whoever asks', async () => {
    for (const one of asked.filter(({ stream }) => !stream)) {
      expectSafe(await ask(stranger(), one), one.path);
      expectSafe(await ask(await administratorFor(one), one), one.path);
    }
  });

  it('has them when nothing is there, nothing is understood, or the method is wrong', async () => {
    const client = stranger();
    for (const [path, status] of [
      ['/api/nothing', 404],
      ['/assets/nothing.js', 404],
      ['/api/%zz', 400],
      [`/api/apps/${'x'.repeat(200)}`, 404],
    ] as const) {
      const answer = await client.get(path);
      expect([path, answer.status]).toEqual([path, status]);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expectSafe(answer, path);
    }
    const wrong = await client.post('/api/branding');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expectSafe(wrong, '/api/branding');
  });

  it('of the API is not kept by browsers and proxies', async () => {
    const { headers } = await admin.get('/api/apps');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('to HEAD is that to GET without a body', async () => {
    const client = stranger();
    for (const path of ['/', '/livez', '/api/branding']) {
      const [head, get] = [await client.request('HEAD', path), await client.get(path)];
      expect([path, head.status, head.body]).toEqual([path, get.status, '']);
    }
  });
});
