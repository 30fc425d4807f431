// Goal: a password that somebody else chose, made up or saw lets its user in to choose another one, and nothing else.
// Method: the built server; the first administrator's printed password, one from an administrator and one reset.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '#test/support/client.js';
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

/** Signs in with a password that is not one's own yet. */
async function signedIn(name: string, password: string): Promise<Client> {
  const client = new Client(sortie.url);
  const { status, body } = await client.post('/api/sign-in', { name, password });
  expect([status, body.user?.must_change_password]).toEqual([200, true]);
  return client;
}

describe('a given password', () => {
  it('opens nothing but its own change', async () => {
    const { body } = await admin.post('/api/users', { name: 'una', role: 'admin' });
    const una = await signedIn('una', body.password);
    for (const path of ['/api/apps', '/api/sessions', '/api/users', '/api/audit', '/api/events']) {
      const answer = await una.get(path);
      expect([path, answer.status, answer.body.code]).toEqual([
        path,
        403,
        'PasswordChangeRequired',
      ]);
    }
    const launched = await una.post('/api/sessions', { app_id: 'terminal' });
    expect(launched.body.code).toBe('PasswordChangeRequired');
    expect((await una.get('/api/me')).status).toBe(200);
    await una.choosePassword(body.password, 'a stapler of my own');
    expect((await una.get('/api/users')).status).toBe(200);
  });

  it('does not become the long-term one', async () => {
    const { body } = await admin.post('/api/users', { name: 'ulf', role: 'user' });
    const ulf = await signedIn('ulf', body.password);
    const change = { current_password: body.password, new_password: body.password };
    const answer = await ulf.post('/api/me/password', change);
    expect([answer.status, answer.body.code]).toEqual([422, 'PasswordTooWeak']);
    expect((await ulf.get('/api/apps')).body.code).toBe('PasswordChangeRequired');
  });

  it('that was printed at the first start is worth nothing by now', async () => {
    const password = sortie.firstPassword;
    const answer = await new Client(sortie.url).post('/api/sign-in', { name: 'admin', password });
    expect([answer.status, answer.body.code]).toEqual([401, 'SignInFailed']);
  });
});
