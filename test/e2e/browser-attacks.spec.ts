// Goal: what people write is shown as text, wherever it is shown: it never runs in somebody else's page.
// Method: names, descriptions, categories, icons and addresses made to run, put in over REST; every screen of the built
// page in headless Chromium then tells whether anything ran.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { BrowserStage } from '#test/support/browser-stage.js';

const stage = new BrowserStage();

const RUN = 'window.ran=(window.ran||0)+1;alert(1)';
const MARKUP = [
  `<img src=x onerror="${RUN}">`,
  `<svg onload="${RUN}">`,
  `"><script>${RUN}</script>`,
  `'-${RUN}-'`,
  `</title><script>${RUN}</script>`,
  `{{constructor.constructor('${RUN}')()}}`,
  `\${${RUN}}`,
  '&lt;script&gt;',
];
const svg = (inside: string): string =>
  `data:image/svg+xml;base64,${Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" ${inside}</svg>`).toString('base64')}`;
const ICONS = [
  svg(`onload="${RUN}">`),
  svg(`><script>${RUN}</script>`),
  svg(`><foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" srcdoc="x"/></foreignObject>`),
  'https://127.0.0.1:1/x.png?"onerror="alert(1)',
];

/** What the browser itself reports of an icon at an address where there is none. */
const NO_PICTURE = /ERR_(CONNECTION_REFUSED|UNSAFE_PORT|NAME_NOT_RESOLVED)/;

async function plant(): Promise<void> {
  for (const [n, text] of MARKUP.entries()) {
    const app = {
      id: `planted-${n}`,
      name: text.slice(0, 80),
      description: text,
      category: text.slice(0, 60),
      url: `https://a.example/?${encodeURIComponent(text)}`,
      icon: ICONS[n % ICONS.length],
    };
    const { status, body } = await stage.rest.post('/api/apps', app, { 'user-agent': text });
    if (status !== 201) throw new Error(JSON.stringify(body));
    await stage.rest.post(`/api/apps/planted-${n}/launch`);
  }
}

/** Shows in the page whether something ran: an alert, a global, or an element that no screen of ours has. */
async function signsOfRunning(page: Page): Promise<unknown> {
  return page.evaluate(`({
    ran: window.ran ?? 0,
    scripts: [...document.scripts].filter((script) => !script.src).length,
    handlers: document.querySelectorAll('[onerror],[onload],[onclick]').length,
    frames: document.querySelectorAll('iframe,object,embed').length,
    links: [...document.links].filter((link) => !/^https?:$/.test(link.protocol)).length,
  })`);
}

describe('markup in what people write', () => {
  it('is text on every screen', async () => {
    await plant();
    stage.expectComplaint(NO_PICTURE);
    const profile = await stage.profile();
    const page = await profile.signIn(stage.administrator);
    const alerts: string[] = [];
    page.on('dialog', (dialog) => {
      alerts.push(dialog.message());
      void dialog.dismiss();
    });
    await page
      .getByText(MARKUP[0] ?? '')
      .first()
      .waitFor();
    const paths = ['/', '/sessions', '/admin', '/admin/audit', '/admin/analytics', '/admin/users'];
    for (const path of [
      ...paths,
      '/admin/apps/planted-0',
      `/?q=${encodeURIComponent(MARKUP[0] ?? '')}`,
    ]) {
      await page.goto(`${stage.sortie.url}${path}`);
      await page.getByRole('button', { name: ': account' }).waitFor();
      await page.waitForLoadState('networkidle').catch(() => undefined);
      expect(await signsOfRunning(page), path).toEqual({
        ...{ ran: 0, scripts: 0, handlers: 0, frames: 0, links: 0 },
      });
    }
    expect(alerts).toEqual([]);
  });

  it('does not run as a document of its own either', async () => {
    const profile = await stage.profile();
    const page = await profile.signIn(stage.administrator);
    // The home screen may have come as far as the icons before it is left.
    stage.expectComplaint(/status of 40\d/, NO_PICTURE);
    for (const path of [
      '/api/apps',
      '/api/apps/planted-0',
      `/api/apps/${encodeURIComponent('<script>alert(1)</script>')}`,
    ]) {
      const answer = await page.goto(`${stage.sortie.url}${path}`);
      expect(answer?.headers()['content-type']).toMatch(/^application\/(problem\+)?json/);
      expect(answer?.headers()['x-content-type-options']).toBe('nosniff');
      expect(await page.evaluate('window.ran ?? 0')).toBe(0);
    }
  });
});
