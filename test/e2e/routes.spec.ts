// Goal: every route is open to the roles that it declares and closed to the others, and every answer, good or bad,
// carries the headers that keep a browser safe.
// Method: the routes that the gateway declares, asked of the built server by a stranger, a user and an administrator.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '#shared/es/operation.js';
import { type Answer, Client } from '#test/support/client.js';
import { EventReader } from '#test/support/event-reader.js';
import { declaredGateway } from '#test/support/gateway-routes.js';
import { administrator, newPerson, PASSWORD } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';

type Asked = Readonly<{ method: string; path: string; allow: readonly Role[]; stream: boolean }>;
const ROLES = ['anonymous', 'user', 'admin'] as const;

const gateway = await declaredGateway();
const asked: readonly Asked[] = [
  ...gateway.routes.map(({ method, path, operation }) => ({
    ...{ method, path, allow: operation.allow, stream: false },
  })),
  ...gateway.rawRoutes.map(({ method, path, allow, produces }) => ({
    ...{ method, path, allow, stream: produces === 'text/event-stream' },
  })),
];

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
const people = {} as Record<(typeof ROLES)[number], () => Promise<Client>>;

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie(folders);
  const admin = await administrator(sortie);
  const user = await newPerson(sortie.url, admin, { name: 'una' });
  people.anonymous = async () => new Client(sortie.url);
  people.user = async () => user.client;
  people.admin = async () => admin;
});
afterAll(async () => {
  await gateway.close();
  await sortie?.end();
  await folders?.remove();
});

/** Signing out would make the rest of the run anonymous, so it gets a sign-in of its own. */
async function clientFor(role: (typeof ROLES)[number], { path }: Asked): Promise<Client> {
  if (path !== '/api/sign-out' || role === 'anonymous') return people[role]();
  const client = new Client(sortie.url);
  const [name, password] = role === 'user' ? ['una', PASSWORD] : ['admin', sortie.password];
  return client.signIn(name, password);
}

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

const VERDICTS: Readonly<Record<number, string>> = { 401: 'sign in first', 403: 'not for you' };
const verdictOf = (status: number): string => VERDICTS[status] ?? 'let in';

function expectedVerdict(role: Role, { path, allow }: Asked): string {
  // Who signs in is nobody yet, whatever cookie came along.
  if (allow.includes(role) || path === '/api/sign-in') return 'let in';
  return role === 'anonymous' ? 'sign in first' : 'not for you';
}

describe.each(ROLES)('%s', (role) => {
  it.each(asked)('at $method $path gets in if it is allowed to', async (one) => {
    const { status, body } = await ask(await clientFor(role, one), one);
    const told = `${status} ${JSON.stringify(body).slice(0, 200)}`;
    expect(verdictOf(status), told).toBe(expectedVerdict(role, one));
    expect(status, told).toBeLessThan(500);
  });
});

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
      expectSafe(await ask(await people.anonymous(), one), one.path);
      expectSafe(await ask(await clientFor('admin', one), one), one.path);
    }
  });

  it('has them when nothing is there, nothing is understood, or the method is wrong', async () => {
    const client = await people.anonymous();
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
    const { headers } = await (await people.admin()).get('/api/apps');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('to HEAD is that to GET without a body', async () => {
    const client = await people.anonymous();
    for (const path of ['/', '/livez', '/api/branding']) {
      const [head, get] = [await client.request('HEAD', path), await client.get(path)];
      expect([path, head.status, head.body]).toEqual([path, get.status, '']);
    }
  });
});
