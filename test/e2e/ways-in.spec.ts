// Goal: who has to choose a password does that first; sign-ins end at once wherever they are open; the second factor and
// signing a program in work over HTTP as they do in the service. Method: the built server, asked over HTTP.
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '#test/support/client.js';
import { EventReader } from '#test/support/event-reader.js';
import { declaredGateway } from '#test/support/gateway-routes.js';
import { administrator, newPerson, PASSWORD } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { until } from '#test/support/waits.js';

const gateway = await declaredGateway();

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

const person = (name: string) => newPerson(sortie.url, admin, { name });
const signedIn = (name: string) => new Client(sortie.url).signIn(name, PASSWORD);

describe('somebody whose password somebody else knows', () => {
  it('gets no further than to a new one', async () => {
    const { body } = await admin.post('/api/users', { name: 'neva', role: 'admin' });
    const neva = new Client(sortie.url);
    await neva.post('/api/sign-in', { name: 'neva', password: body.password });
    const open = new Set(['ShowMe', 'ChangePassword', 'SignOut']);
    const routes = gateway.routes.filter(
      ({ operation: { allow, name } }) =>
        allow.includes('admin') && !allow.includes('anonymous') && !open.has(name),
    );
    expect(routes.length).toBeGreaterThan(40);
    for (const { method, path } of routes) {
      const filled = path.replace(/\{[a-z_]+\}/g, 'nothing');
      const answer = await neva.request(method, filled, method === 'GET' ? {} : { body: {} });
      expect([method, path, answer.body.code]).toEqual([method, path, 'PasswordChangeRequired']);
    }
    expect((await EventReader.open(sortie.url, { cookie: neva.cookie })).status).toBe(403);
    expect((await neva.get('/api/me')).body.must_change_password).toBe(true);
    await neva.choosePassword(body.password, PASSWORD);
    expect((await neva.get('/api/apps')).status).toBe(200);
  });

  it('has programs that get no further, either', async () => {
    const { client, id } = await person('pia');
    const { body } = await client.post('/api/me/tokens', { name: 'x', scopes: ['apps:read'] });
    const headers = { authorization: `Bearer ${body.token}` };
    const stream = await EventReader.open(sortie.url, headers);
    expect((await client.get('/api/apps', { headers })).status).toBe(200);
    expect((await admin.post(`/api/users/${id}/reset-password`)).status).toBe(200);
    await until('the stream ends', () => stream.isEnded);
    const { code } = (await new Client(sortie.url).get('/api/apps', { headers })).body;
    expect(code).toBe('PasswordChangeRequired');
  });
});

describe('where somebody is signed in', () => {
  it('is listed, and ended one by one', async () => {
    const { client } = await person('lena');
    const other = await signedIn('lena');
    const stream = await EventReader.open(sortie.url, { cookie: other.cookie });
    const { body } = await client.get('/api/me/sign-ins');
    expect(body.sign_ins).toHaveLength(2);
    expect(body.sign_ins[0]).toMatchObject({ ip: expect.stringContaining('127.0.0.1') });
    const { id } = body.sign_ins.find((one: { current: boolean }) => !one.current);
    expect((await admin.delete(`/api/me/sign-ins/${id}`)).status).toBe(404);
    expect((await client.delete(`/api/me/sign-ins/${id}`)).status).toBe(204);
    await until('its stream ends', () => stream.isEnded);
    expect((await other.get('/api/me')).status).toBe(401);
    expect((await client.get('/api/me')).status).toBe(200);
  });

  it('ends everywhere at once, here too, and takes the cookie back', async () => {
    const { client } = await person('mona');
    const other = await signedIn('mona');
    const streams = await Promise.all(
      [client, other].map(({ cookie }) => EventReader.open(sortie.url, { cookie })),
    );
    const { status, headers } = await client.post('/api/me/sign-out-everywhere');
    expect(status).toBe(204);
    expect(headers.getSetCookie()[0]).toMatch(/^sortie=;/);
    await until('all streams end', () => streams.every(({ isEnded }) => isEnded));
    expect((await other.get('/api/me')).status).toBe(401);
    expect((await (await signedIn('mona')).get('/api/me')).status).toBe(200);
  });

  it('ends when an administrator says so', async () => {
    const { client, id } = await person('nora');
    const stream = await EventReader.open(sortie.url, { cookie: client.cookie });
    expect((await client.post(`/api/users/${id}/sign-out`)).status).toBe(403);
    expect((await admin.post(`/api/users/${id}/sign-out`)).status).toBe(204);
    await until('the stream ends', () => stream.isEnded);
    expect((await client.get('/api/me')).status).toBe(401);
  });
});

describe('a second factor', () => {
  it('is asked for once it is confirmed, and removed by who lost it or an administrator', async () => {
    const { client, id } = await person('tess');
    const { body } = await client.post('/api/me/second-factor');
    const totp = new TOTP({ secret: Secret.fromBase32(body.secret) });
    // The same one again below: another one could be good by then.
    const used = totp.generate();
    const confirmed = await client.post('/api/me/second-factor/confirm', { code: used });
    expect(confirmed.body.recovery_codes).toHaveLength(10);
    const post = (added: object) =>
      new Client(sortie.url).post('/api/sign-in', { name: 'tess', password: PASSWORD, ...added });
    const asked = await post({});
    expect([asked.status, asked.body.code]).toEqual([401, 'SecondFactorRequired']);
    expect(asked.headers.getSetCookie()).toEqual([]);
    expect((await post({ code: used })).body.code).toBe('SecondFactorWrong');
    const wrong = await post({ password: 'not the password', code: '123456' });
    expect(wrong.body.code).toBe('SignInFailed');
    const [recovery] = confirmed.body.recovery_codes as string[];
    expect((await post({ code: recovery })).status).toBe(200);
    expect((await post({ code: recovery })).body.code).toBe('SecondFactorWrong');
    const { body: shown } = await client.get('/api/me/second-factor');
    expect(shown).toMatchObject({ status: 'confirmed', recovery_codes_left: 9 });
    expect((await admin.post(`/api/users/${id}/remove-second-factor`)).status).toBe(204);
    expect((await post({})).status).toBe(200);
  });
});

describe('a program without a browser', () => {
  const tool = () => new Client(sortie.url);
  const begin = async () => {
    const wish = { name: 'tool', scopes: ['sessions:read'] };
    return (await tool().post('/api/device-codes', wish)).body;
  };
  const collect = (device_code: string) => tool().post('/api/device-codes/token', { device_code });

  it('gets a token of whoever types its code and says yes', async () => {
    const { client, id } = await person('dana');
    const started = await begin();
    expect(started.verification_url).toBe(
      `${sortie.url.replace('localhost', new URL(sortie.url).hostname)}/device`,
    );
    expect(started.verification_url_complete).toBe(
      `${started.verification_url}#${started.user_code}`,
    );
    const waiting = await collect(started.device_code);
    expect([waiting.status, waiting.body.code]).toEqual([400, 'AuthorizationPending']);
    const hasty = await collect(started.device_code);
    expect([hasty.status, hasty.body.code]).toEqual([429, 'SlowDown']);
    expect(Number(hasty.headers.get('retry-after'))).toBeGreaterThan(0);
    const { user_code } = started;
    expect((await tool().post('/api/device-codes/show', { user_code })).status).toBe(401);
    const shown = await client.post('/api/device-codes/show', { user_code });
    expect(shown.body).toMatchObject({ name: 'tool', scopes: ['sessions:read'] });
    const yes = await client.post('/api/device-codes/approve', { user_code, approve: true });
    expect(yes.status).toBe(204);
    const token = await until('it may ask again', async () => {
      const { status, body } = await collect(started.device_code);
      return status === 200 ? (body.token as string) : undefined;
    });
    const headers = { authorization: `Bearer ${token}` };
    expect((await tool().get('/api/me', { headers })).body.id).toBe(id);
    expect((await tool().get('/api/sessions', { headers })).status).toBe(200);
    expect((await tool().get('/api/apps', { headers })).body.code).toBe('ScopeMissing');
  });

  it('gets nothing after a no', async () => {
    const { client } = await person('nell');
    const { device_code, user_code } = await begin();
    await client.post('/api/device-codes/approve', { user_code, approve: false });
    const { status, body } = await collect(device_code);
    expect([status, body.code]).toEqual([403, 'DeviceRefused']);
  });

  it('that asks with a code of nobody gets 410', async () => {
    const { status, body } = await collect('nothing');
    expect([status, body.code]).toEqual([410, 'DeviceCodeExpired']);
  });
});
