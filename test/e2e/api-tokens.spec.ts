// Goal: a program with an API token does what the token is for, and nothing else, and a cookie is no part of it. Method:
// the built server, asked over HTTP; every declared route is asked with every scope alone.
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Scope, SCOPES } from '#shared/es/operation.js';
import { Client } from '#test/support/client.js';
import { EventReader } from '#test/support/event-reader.js';
import { declaredGateway } from '#test/support/gateway-routes.js';
import { administrator, newPerson, type Person } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { until } from '#test/support/waits.js';

const gateway = await declaredGateway();

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let admin: Client;
let una: Person;
const tokens = new Map<string, string>();

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie(folders);
  admin = await administrator(sortie);
  una = await newPerson(sortie.url, admin, { name: 'una' });
  for (const scope of SCOPES) tokens.set(scope, (await issue(admin, [scope])).token);
});
afterAll(async () => {
  await gateway.close();
  await sortie?.end();
  await folders?.remove();
});

async function issue(client: Client, scopes: readonly Scope[], name = scopes.join(' ')) {
  const { status, body } = await client.post('/api/me/tokens', { name, scopes });
  if (status !== 201) throw new Error(`POST /api/me/tokens: ${status} ${JSON.stringify(body)}`);
  return { token: body.token as string, id: body.api_token.id as string };
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const program = () => new Client(sortie.url);

/** Sends what fetch would not let a test send. */
const raw = (method: string, path: string, headers: Record<string, string>) =>
  new Promise<number>((resolve, reject) => {
    const sent = request(`${sortie.url}${path}`, { method, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end();
  });

describe('a program with a token', () => {
  it('is its user, and gets no cookie', async () => {
    const { token } = await issue(una.client, ['apps:read']);
    const { status, headers, body } = await program().get('/api/me', { headers: bearer(token) });
    expect([status, body.id, body.role]).toEqual([200, una.id, 'user']);
    expect(headers.getSetCookie()).toEqual([]);
    const apps = await program().get('/api/apps', { headers: bearer(token) });
    expect(apps.body).toEqual((await una.client.get('/api/apps')).body);
  });

  it('is its user, whatever cookie comes along', async () => {
    const { token } = await issue(una.client, ['apps:read']);
    const headers = { ...bearer(token), cookie: admin.cookie };
    expect((await program().get('/api/me', { headers })).body.id).toBe(una.id);
    expect((await program().get('/api/users', { headers })).status).toBe(403);
  });

  it.each(['Bearer srt_nonsense', 'Bearer', 'bearer x', `Bearer ${'x'.repeat(500)}`])(
    'that has none with %j is nobody, also beside a good cookie',
    async (authorization) => {
      const headers = { authorization, cookie: admin.cookie };
      const { status, headers: answered, body } = await program().get('/api/me', { headers });
      expect([status, body.code]).toEqual([401, 'SignInRequired']);
      expect(answered.get('www-authenticate')).toContain('invalid_token');
    },
  );

  it('needs no origin, and whoever forges one with a cookie gets nowhere', async () => {
    const { token } = await issue(una.client, ['apps:write']);
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    const path = '/api/apps/novnc/launch';
    expect(await raw('POST', path, { ...foreign, ...bearer(token) })).toBe(200);
    const { cookie } = una.client;
    expect(await raw('POST', path, { ...foreign, cookie })).toBe(403);
    expect(await raw('POST', path, { ...foreign, cookie, ...bearer('x') })).toBe(401);
    expect(await raw('POST', path, { ...foreign, cookie, authorization: 'Basic dTpw' })).toBe(403);
  });

  it('has no more rights than its user', async () => {
    const { token } = await issue(una.client, ['apps:write', 'users:read', 'audit:read']);
    const headers = bearer(token);
    const app = { name: 'Mine', url: 'https://a.example' };
    expect((await program().post('/api/apps', app, headers)).status).toBe(403);
    expect((await program().get('/api/users', { headers })).status).toBe(403);
    expect((await program().get('/api/audit', { headers })).status).toBe(403);
  });

  it('is known to have been used', async () => {
    const { token, id } = await issue(una.client, ['apps:read'], 'used');
    const own = async () =>
      (await una.client.get('/api/me/tokens')).body.tokens.find(
        (one: { id: string }) => one.id === id,
      );
    expect(await own()).toMatchObject({ name: 'used', last_used_at: null, active: true });
    await program().get('/api/me', { headers: bearer(token) });
    await until('the use is noted', async () => (await own()).last_used_at !== null);
  });

  it('asks twice with one Idempotency-Key and is shown the token once', async () => {
    const wish = { name: 'twice', scopes: ['apps:read'] };
    const key = { 'idempotency-key': 'one-token' };
    const [first, second] = [
      await una.client.post('/api/me/tokens', wish, key),
      await una.client.post('/api/me/tokens', wish, key),
    ];
    expect(first.body.token).toMatch(/^srt_/);
    expect(second.body).toEqual({ ...first.body, token: null });
  });

  it('that tries what it is not for is in the trail', async () => {
    const headers = bearer(tokens.get('apps:read') ?? '');
    expect((await program().delete('/api/apps/nothing-at-all', headers)).body.code).toBe(
      'ScopeMissing',
    );
    const entry = await until('it is in the trail', async () => {
      const { body } = await admin.get('/api/audit?outcome=refused&limit=50');
      return body.entries.find((one: { details: object }) =>
        JSON.stringify(one.details).includes('ScopeMissing'),
      );
    });
    expect(entry).toMatchObject({ action: 'DELETE_APP', resource_id: 'nothing-at-all' });
  });
});

const filled = (path: string): string =>
  path.replace('{name}', 'catalog.nothing').replace(/\{[a-z_]+\}/g, 'nothing');

describe.each(
  gateway.routes
    .filter(({ operation: { allow } }) => allow.includes('admin') && !allow.includes('anonymous'))
    .map(({ method, path, operation }) => ({ method, path, operation })),
)('$method $path', ({ method, path, operation: { scope, person } }) => {
  it(`is open to tokens ${person ? 'never' : `for ${scope ?? 'anything'}`}`, async () => {
    for (const one of SCOPES) {
      const headers = bearer(tokens.get(one) ?? '');
      const body = method === 'GET' ? {} : { body: {} };
      const { status, body: told } = await program().request(method, filled(path), {
        headers,
        ...body,
      });
      const closed = person ? 'PersonRequired' : 'ScopeMissing';
      const isOpen = !person && (scope === null || scope === one);
      const verdict = ['PersonRequired', 'ScopeMissing'].includes(told?.code) ? told.code : 'open';
      expect([one, verdict]).toEqual([one, isOpen ? 'open' : closed]);
      expect(status).toBeLessThan(500);
    }
  });
});

it('the routes that a token can not be for at all are those that need a person', () => {
  const closed = gateway.routes
    .filter(({ operation: { person, allow } }) => person && !allow.includes('anonymous'))
    .map(({ operation }) => operation.name);
  expect(closed).toEqual(
    expect.arrayContaining([
      ...['ChangePassword', 'SignOut', 'SignOutEverywhere', 'SignOutUser', 'EndSignIn'],
      ...['IssueApiToken', 'RevokeApiToken', 'RevokeUserApiToken', 'ResetUserPassword'],
      ...['BeginSecondFactor', 'ConfirmSecondFactor', 'RemoveSecondFactor', 'ErasePerson'],
      ...['RemoveUserSecondFactor', 'ApproveDeviceSignIn', 'IssueViewerTicket'],
    ]),
  );
});

describe('the event stream of a token', () => {
  const open = (token: string) => EventReader.open(sortie.url, bearer(token));

  it('ends when the token is revoked, by its owner or an administrator', async () => {
    const [own, other] = [
      await issue(una.client, ['apps:read']),
      await issue(una.client, ['apps:read']),
    ];
    const [one, two] = [await open(own.token), await open(other.token)];
    const still = await open((await issue(una.client, ['apps:read'])).token);
    expect((await una.client.delete(`/api/me/tokens/${own.id}`)).status).toBe(204);
    await until('the one ends', () => one.isEnded);
    expect((await admin.delete(`/api/users/${una.id}/tokens/${other.id}`)).status).toBe(204);
    await until('the other ends', () => two.isEnded);
    expect(still.isEnded).toBe(false);
    expect((await open(own.token)).status).toBe(401);
    still.cut();
  });

  it('ends with its user, and goes on when its user signs out', async () => {
    const otto = await newPerson(sortie.url, admin, { name: 'otto' });
    const stream = await open((await issue(otto.client, ['apps:read'])).token);
    expect((await otto.client.post('/api/me/sign-out-everywhere')).status).toBe(204);
    const cookie = await EventReader.open(sortie.url, { cookie: otto.client.cookie });
    expect(cookie.status).toBe(401);
    expect(stream.isEnded).toBe(false);
    expect((await admin.delete(`/api/users/${otto.id}`)).status).toBe(204);
    await until('it ends', () => stream.isEnded);
  });

  it('tells what the token may read, and nothing else', async () => {
    const [apps, sessions] = [
      await open(tokens.get('apps:read') ?? ''),
      await open(tokens.get('sessions:read') ?? ''),
    ];
    await admin.post('/api/apps', { id: 'seen', name: 'Seen', url: 'https://a.example' });
    await apps.next('the app', ({ event }) => event === 'sortie.catalog.AppRegistered.v1');
    const session = await admin.post('/api/sessions', { app_id: 'terminal' });
    await sessions.next(
      'the session',
      ({ event }) => event === 'sortie.session.SessionRequested.v1',
    );
    await admin.delete(`/api/sessions/${session.body.id}`);
    const services = (reader: EventReader) => [
      ...new Set(reader.events.map(({ event }) => event.split('.')[1])),
    ];
    expect([services(apps), services(sessions)]).toEqual([['catalog'], ['session']]);
    for (const reader of [apps, sessions]) reader.cut();
  });
});

it('the OpenAPI document says which routes take a token, and what it has to be for', async () => {
  const { body } = await program().get('/api/openapi.json');
  expect(body.components.securitySchemes.token).toMatchObject({ type: 'http', scheme: 'bearer' });
  const { get, post } = body.paths['/api/apps'];
  expect(get).toMatchObject({
    security: [{ cookie: [] }, { token: [] }],
    'x-sortie-scope': 'apps:read',
  });
  expect(post['x-sortie-scope']).toBe('apps:write');
  expect(body.paths['/api/me/tokens'].post.security).toEqual([{ cookie: [] }]);
  expect(body.paths['/api/branding'].get.security).toEqual([]);
});
