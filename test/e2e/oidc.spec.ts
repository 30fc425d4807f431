// Goal: a person signs in at a provider of another site and is signed in here afterwards, in a real browser with its rules
// for cookies; and nobody is led elsewhere, or signed in as somebody else, on the way. Method: the built server, a real
// OpenID Connect provider on another site of this machine (127.0.0.1 to the server's localhost), and headless Chromium.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, Profile } from '#test/support/browser.js';
import { Client } from '#test/support/client.js';
import { freePort } from '#test/support/free-port.js';
import {
  OIDC_CLIENT,
  openOidcProvider,
  type RealProvider,
  walkThrough,
} from '#test/support/oidc-provider.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let provider: RealProvider;
let browser: Awaited<ReturnType<typeof openBrowser>>;

beforeAll(async () => {
  folders = await sortieFolders();
  const port = await freePort();
  provider = await openOidcProvider([`http://localhost:${port}/api/sign-in/oidc/callback`]);
  sortie = await startSortie({
    ...{ ...folders, port },
    env: {
      SORTIE_OIDC_ISSUER: provider.issuer,
      SORTIE_OIDC_CLIENT_ID: OIDC_CLIENT.id,
      SORTIE_OIDC_CLIENT_SECRET: OIDC_CLIENT.secret,
      SORTIE_OIDC_NAME: 'Example',
      SORTIE_OIDC_ALLOW_HTTP: 'true',
    },
  });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await sortie?.end();
  await provider?.close();
  await folders?.remove();
});

const html = { accept: 'text/html' };
const get = (path: string, headers: Record<string, string> = html) =>
  fetch(`${sortie.url}${path}`, { redirect: 'manual', headers });
/** Begins, as a browser without scripts would; the cookie, and where it is sent. */
async function begin(to = '/') {
  const response = await get(`/api/sign-in/oidc/start?to=${encodeURIComponent(to)}`);
  const [cookie = ''] = response.headers.getSetCookie();
  return { cookie, url: response.headers.get('location') ?? '' };
}
/** Comes back to where the provider sent it. */
async function comeBack({ cookie, url }: { cookie: string; url: string }) {
  const back = new URL(await walkThrough(url, sortie.url));
  const path = `${back.pathname}${back.search}`;
  return { path, response: await get(path, { ...html, cookie: cookie.split(';')[0] ?? '' }) };
}

describe('in a browser', () => {
  it('somebody who comes from another site is signed in, and finds what they asked for', async () => {
    provider.become({ subject: 's-1', name: 'ada' });
    const profile = await Profile.open(browser, sortie.url);
    const page = await profile.visit('/api/sign-in/oidc/start?to=/sessions');
    await page.waitForURL(`${sortie.url}/sessions`);
    await page.getByRole('button', { name: ': account' }).waitFor();
    const cookies = await profile.context.cookies(sortie.url);
    expect(cookies).toMatchObject([{ name: 'sortie', httpOnly: true, sameSite: 'Strict' }]);
    expect(profile.complaints).toEqual([]);
  });

  it('the very first request afterwards has the cookie, though it is SameSite=Strict', async () => {
    provider.become({ subject: 's-1', name: 'ada' });
    const profile = await Profile.open(browser, sortie.url);
    // A document that only who is signed in gets: no script of the page makes up for a missing cookie.
    const page = await profile.visit('/api/sign-in/oidc/start?to=/api/me');
    await page.waitForURL(`${sortie.url}/api/me`);
    expect(JSON.parse((await page.locator('body').textContent()) ?? '')).toMatchObject({
      name: 'ada',
    });
  });

  it('somebody whom the provider does not let in is told so on the page', async () => {
    provider.become(null);
    const profile = await Profile.open(browser, sortie.url);
    const page = await profile.visit('/api/sign-in/oidc/start');
    await page.getByLabel('Name').waitFor();
    expect(await profile.context.cookies(sortie.url)).toEqual([]);
  });
});

describe('the way there', () => {
  it('is offered on the page', async () => {
    const { providers } = (await (await get('/api/sign-in/providers', {})).json()) as object & {
      providers: unknown;
    };
    expect(providers).toEqual([{ id: 'oidc', name: 'Example', url: '/api/sign-in/oidc/start' }]);
  });

  it('gives the browser a cookie that no script reads and that is soon over', async () => {
    const { cookie, url } = await begin();
    expect(cookie).toMatch(/^sortie-oidc=[^;]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(url.startsWith(`${provider.issuer}/auth?`)).toBe(true);
  });
});

describe('the way back', () => {
  it.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    '/"><script>alert(1)</script>',
    "/';alert(1)//",
    '/a\r\nSet-Cookie: x=y',
  ])('leads nowhere else with %j', async (to) => {
    provider.become({ subject: 's-1', name: 'ada' });
    const { response } = await comeBack(await begin(to));
    const text = await response.text();
    const target = /content="0;url=([^"]*)"/.exec(text)?.[1] ?? '';
    expect(target.startsWith('/')).toBe(true);
    expect(new URL(target, sortie.url).origin).toBe(sortie.url);
    expect(text).not.toContain('<script');
    expect(response.headers.get('location')).toBeNull();
    expect(response.headers.getSetCookie().join()).not.toContain('x=y');
  });

  it('takes the cookie of the way back, and signs in once', async () => {
    provider.become({ subject: 's-1', name: 'ada' });
    const way = await begin();
    const { path, response } = await comeBack(way);
    const cookies = response.headers.getSetCookie();
    expect(cookies[0]).toMatch(/^sortie-oidc=;.*Expires=Thu, 01 Jan 1970/);
    expect(cookies[1]).toMatch(/^sortie=[\w-]{43};.*HttpOnly; SameSite=Strict$/);
    const again = await get(path, { ...html, cookie: way.cookie.split(';')[0] ?? '' });
    expect([again.status, again.headers.get('location')]).toEqual([
      303,
      '/?sign_in_problem=OidcRefused',
    ]);
  });

  it('of another browser signs nobody in: an attacker’s answer in a victim’s browser', async () => {
    provider.become({ subject: 'attacker', name: 'mallory' });
    const attackers = await begin();
    const back = new URL(await walkThrough(attackers.url, sortie.url));
    const path = `${back.pathname}${back.search}`;
    const victims = await begin();
    for (const cookie of ['', victims.cookie.split(';')[0] ?? '', 'sortie-oidc=v1.x.y']) {
      const { status, headers } = await get(path, { ...html, ...(cookie && { cookie }) });
      expect([status, headers.get('location')]).toEqual([303, '/?sign_in_problem=OidcRefused']);
      expect(headers.getSetCookie().join()).not.toMatch(/sortie=[\w-]/);
    }
  });

  it('tells programs by a problem', async () => {
    const response = await get('/api/sign-in/oidc/callback?code=x&state=y', {});
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
      401,
      'OidcRefused',
    ]);
  });
});

it('a provider that went down gets a sentence, and passwords go on working', async () => {
  provider.become({ subject: 's-1', name: 'ada' });
  const { cookie, url } = await begin();
  const back = new URL(await walkThrough(url, sortie.url));
  await provider.close();
  const headers = { cookie: cookie.split(';')[0] ?? '' };
  const path = `${back.pathname}${back.search}`;
  const { status, headers: told } = await get(path, { ...html, ...headers });
  expect([status, told.get('location')]).toEqual([303, '/?sign_in_problem=OidcUnavailable']);
  const client = await new Client(sortie.url).signIn('admin', sortie.password);
  expect((await client.get('/api/me')).status).toBe(200);
});
