// Goal: what administrators change on the page reaches everybody at once, and is told to administrators only.
// Method: the built server and its page in headless Chromium, each person in a browser profile of their own; a web
// app's address is a page that the test serves.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { BrowserStage } from '#test/support/browser-stage.js';
import { cardOf, fillSignIn } from '#test/support/browser.js';
import { Client } from '#test/support/client.js';
import { Desktop } from '#test/support/desktop.js';
import { openSite } from '#test/support/site.js';
import { until } from '#test/support/waits.js';

const stage = new BrowserStage();

async function administer(tab: string): Promise<Page> {
  const page = await (await stage.profile()).signIn(stage.administrator);
  await page.getByRole('link', { name: 'Admin' }).click();
  await page.getByRole('navigation', { name: 'Administration' }).getByText(tab).click();
  await page.getByRole('heading', { name: tab, exact: true }).waitFor();
  return page;
}

describe('the catalogue', () => {
  it('shows people what an administrator adds and changes, as it happens', async () => {
    const theirs = await (await stage.profile()).signIn(await stage.person());
    await cardOf(theirs, 'Terminal').waitFor();

    const mine = await administer('Catalogue');
    await mine.getByRole('link', { name: 'Add an app' }).click();
    await mine.getByLabel('Name').fill('Clock');
    await mine.getByLabel('Description').fill('What time it is.');
    await mine.getByLabel('Category').fill('Tools');
    await mine.getByLabel('Container image').fill('sortie/clock');
    await mine.getByRole('button', { name: 'Add the app' }).click();
    await cardOf(theirs, 'Clock').waitFor();

    await mine.getByRole('heading', { name: 'Clock' }).waitFor();
    await mine.getByLabel('Name').fill('Wall clock');
    await mine.getByRole('button', { name: 'Save' }).click();
    await cardOf(theirs, 'Wall clock').waitFor();
    expect(await cardOf(theirs, 'Clock').count()).toBe(0);
  });

  it('asks before a change that somebody else made is overwritten', async () => {
    stage.expectComplaint(/status of 412/);
    const made = await stage.rest.post('/api/apps', webApp('collision', 'Before'));
    const mine = await administer('Catalogue');
    await mine.getByRole('link', { name: 'Before' }).click();
    await mine.getByLabel('Description').fill('Mine.');
    const theirs = { ...made.body, description: 'Theirs.' };
    const etag = made.headers.get('etag') ?? '';
    expect((await stage.rest.put('/api/apps/collision', theirs, { 'if-match': etag })).status).toBe(
      200,
    );
    await mine.getByRole('button', { name: 'Save' }).click();
    await mine.getByRole('alert').getByText('Theirs.').waitFor();
    expect((await stage.rest.get('/api/apps/collision')).body.description).toBe('Theirs.');
  });
});

describe('a web app', () => {
  it('opens in a new tab that cannot reach back, and counts as a launch', async () => {
    const site = await openSite('<title>Elsewhere</title>');
    try {
      await stage.rest.post('/api/apps', webApp('elsewhere', 'Elsewhere', `${site.url}/there`));
      const page = await (await stage.profile()).signIn(stage.administrator);
      const opened = page.context().waitForEvent('page');
      await cardOf(page, 'Elsewhere').click();
      const tab = await opened;
      await tab.waitForURL(`${site.url}/there`);
      expect(await tab.evaluate('window.opener')).toBeNull();
      await page.getByRole('link', { name: 'Admin' }).click();
      await page.getByRole('link', { name: 'Analytics' }).click();
      const row = page.getByRole('listitem').filter({ hasText: 'Elsewhere' });
      expect(await row.textContent()).toMatch(/^Elsewhere1/);
    } finally {
      await site.close();
    }
  });
});

describe('a new user', () => {
  it('chooses a password first, and then sees what is for everybody and nothing else', async () => {
    const admin = await administer('Users');
    await admin.getByRole('button', { name: 'Add a user' }).click();
    await admin.getByLabel('Name').fill('ada');
    await admin.getByRole('button', { name: 'Add the user' }).click();
    const password = (await admin.locator('output').textContent()) ?? '';
    await admin.getByRole('button', { name: 'Done' }).click();
    await admin.getByRole('row', { name: /ada User Active/ }).waitFor();

    const page = await (await stage.profile()).visit();
    await fillSignIn(page, { name: 'ada', password });
    await page.getByLabel('Current password').fill(password);
    await page.getByLabel('New password', { exact: true }).fill('three words in a row');
    await page.getByLabel('New password again').fill('three words in a row');
    await page.getByRole('button', { name: 'Change password' }).click();
    await cardOf(page, 'Terminal').waitFor();
    expect(await cardOf(page, 'API reference').count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Admin' }).count()).toBe(0);
    await page.goto(`${stage.sortie.url}/admin/audit`);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();

    const rest = await new Client(stage.sortie.url).signIn('ada', 'three words in a row');
    const statuses = ['/api/apps/api', '/api/apps/terminal', '/api/audit', '/api/users'].map(
      async (path) => (await rest.get(path)).status,
    );
    expect(await Promise.all(statuses)).toEqual([404, 200, 403, 403]);
  });
});

describe('the audit trail', () => {
  it('tells who launched and stopped what, and what a change made of what', async () => {
    const person = await stage.person();
    const theirs = await (await stage.profile()).signIn(person);
    await Desktop.launch(theirs, 'Terminal', stage.sortie.runtimeDir);
    await theirs.getByRole('button', { name: 'Stop session' }).click();
    await theirs.getByRole('button', { name: 'Yes, stop it' }).click();
    await theirs.getByRole('heading', { name: 'This session is over' }).waitFor();
    await stage.rest.post('/api/apps', webApp('renamed', 'Old name'));
    const { headers } = await stage.rest.get('/api/apps/renamed');
    const etag = headers.get('etag') ?? '';
    await stage.rest.put('/api/apps/renamed', webApp('renamed', 'New name'), { 'if-match': etag });
    // The trail is written a moment after the answer, and the page does not put news on top unasked.
    await until('the change is in the trail', async () => {
      const { body } = await stage.rest.get('/api/audit?action=UPDATE_APP');
      return body.entries[0]?.resource_id === 'renamed';
    });

    const page = await administer('Audit');
    const trail = page.getByRole('region', { name: 'Audit trail' });
    await trail
      .getByRole('button', { name: /Details of Update app/ })
      .first()
      .click();
    expect(await trail.locator('.changes').textContent()).toBe('NameOld name → New name');

    await page.getByLabel('User').fill(person.name.toUpperCase());
    await page.keyboard.press('Enter');
    const rows = trail.locator('tbody tr:not(.details-row)');
    const told = await until('the filter', async () => {
      const all = await rows.allTextContents();
      return all.length > 0 && all.every((row) => row.includes(person.name)) && all;
    });
    const sessionRows = told.filter((row) => /(Create|Terminate) session/.test(row));
    expect(sessionRows).toEqual(
      ['Terminate session', 'Create session'].map((action) =>
        expect.stringContaining(`${person.name}${action}TerminalDone`),
      ),
    );
  });
});

const webApp = (id: string, name: string, url = 'https://example.com') => ({
  id,
  name,
  url,
  launch_type: 'url',
});
