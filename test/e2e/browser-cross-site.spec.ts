// Goal: another site that a signed-in person visits can neither act in their name nor see anything of theirs.
// Method: pages served by the test, on another port of the same name (the cookie goes along) and under another name
// (it does not), ask the built server in headless Chromium; the person's own page asks the same as the control.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BrowserStage } from '#test/support/browser-stage.js';
import { cardOf } from '#test/support/browser.js';
import { Desktop } from '#test/support/desktop.js';
import { openSite, type Site } from '#test/support/site.js';

const stage = new BrowserStage();
const APP = JSON.stringify({ id: 'planted', name: 'Planted', url: 'https://example.com' });

/** What the browser itself reports of a refused request, and of a document of JSON that has no icon. */
const REFUSED = [
  /status of 40[13]/,
  /CORS policy|net::ERR_|WebSocket connection to .* failed/,
  /status of 404 .*favicon\.ico/,
];

let site: Site;
beforeAll(async () => {
  site = await openSite('<title>Elsewhere</title>');
});
afterAll(() => site.close());

/** A person's own tab, and another site in the same browser. */
async function visitBoth(origin: string): Promise<{ own: Page; foreign: Page }> {
  stage.expectComplaint(...REFUSED);
  const profile = await stage.profile();
  const own = await profile.signIn(stage.administrator);
  const foreign = await profile.context.newPage();
  await foreign.goto(origin);
  return { own, foreign };
}

describe.each([
  ['a site on another port', () => site.url],
  ['a site under another name', () => `http://127.0.0.1:${site.port}`],
])('%s', (_, origin) => {
  it.each(['/api/sign-out', '/api/apps'])('cannot send a form to %s', async (path) => {
    const { own, foreign } = await visitBoth(origin());
    const answered = foreign.waitForResponse((response) => response.url().endsWith(path));
    await run(foreign, sendForm, `${stage.sortie.url}${path}`);
    expect((await answered).status()).toBe(403);
    await expectUntouched(own);
  });

  it.each([
    // Without a body there is no media type that could be refused in the guard's stead.
    { path: '/api/sign-out' },
    { path: '/api/apps', body: APP },
  ])('cannot post to $path by script', async ({ path, body }) => {
    const { own, foreign } = await visitBoth(origin());
    await run(foreign, post, { url: `${stage.sortie.url}${path}`, body });
    await expectUntouched(own);
  });

  it('cannot read an answer', async () => {
    const { own, foreign } = await visitBoth(origin());
    const url = `${stage.sortie.url}/api/apps`;
    expect(await run(foreign, read, url)).toBe('TypeError: Failed to fetch');
    expect(await run(own, read, url)).toBe('200');
  });

  it('cannot open a desktop, not even with a ticket', async () => {
    const { own, foreign } = await visitBoth(origin());
    const { sessionId } = await Desktop.launch(own, 'Terminal', stage.sortie.runtimeDir);
    const { body } = await stage.rest.post(`/api/sessions/${sessionId}/viewer-tickets`);
    const url = `${stage.sortie.url.replace('http', 'ws')}/api/sessions/${sessionId}/viewer`;
    const protocols = ['binary', `ticket.${body.ticket}`];
    expect(await run(foreign, openSocket, { url, protocols })).toBe('closed 1006');
    expect(await run(own, openSocket, { url, protocols })).toBe('open');
  });
});

async function expectUntouched(own: Page): Promise<void> {
  await own.reload();
  await cardOf(own, 'Terminal').waitFor();
  expect(await cardOf(own, 'Planted').count()).toBe(0);
}

/** Calls a function in a page: given as text, since the tests' own types know no browser. */
const run = (page: Page, source: string, argument: unknown): Promise<unknown> =>
  page.evaluate(`(${source})(${JSON.stringify(argument)})`);

const sendForm = `(action) => {
  const form = Object.assign(document.createElement('form'), { method: 'post', action });
  document.body.append(form);
  form.submit();
}`;
const post = `async ({ url, body }) => {
  const request = { method: 'POST', mode: 'no-cors', credentials: 'include', body };
  await fetch(url, request).catch(() => undefined);
}`;
const read = `async (url) => {
  return fetch(url, { credentials: 'include' }).then(({ status }) => String(status), String);
}`;
const openSocket = `({ url, protocols }) => new Promise((resolve) => {
  const socket = new WebSocket(url, protocols);
  socket.onopen = () => resolve('open');
  socket.onclose = ({ code }) => resolve('closed ' + code);
})`;
