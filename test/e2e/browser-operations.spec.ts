// Goal: the screens of administrators, operators and auditors do what they say, and each role gets its own.
// Method: the built server and its page in headless Chromium, each person in a browser profile of their own.
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { BrowserStage } from '#test/support/browser-stage.js';
import { cardOf } from '#test/support/browser.js';
import { Client } from '#test/support/client.js';
import { Desktop } from '#test/support/desktop.js';
import { until } from '#test/support/waits.js';

const stage = new BrowserStage();

async function administer(tab: string): Promise<Page> {
  const page = await (await stage.profile()).signIn(stage.administrator);
  await page.goto(`${stage.sortie.url}/admin`);
  await page.getByRole('navigation', { name: 'Administration' }).getByText(tab).click();
  await page.getByRole('heading', { name: tab, exact: true }).waitFor();
  return page;
}

describe('the audit screen', () => {
  it('finds words, narrows by a bar of its timeline, and takes what it shows along', async () => {
    await stage.rest.post('/api/apps', webApp('findable', 'Zephyr finder'));
    const page = await administer('Audit');
    const rows = page
      .getByRole('region', { name: 'Audit trail' })
      .locator('tbody tr:not([hidden])');
    await page.getByLabel('Words').fill('zephyr');
    await page.getByLabel('Outcome').selectOption('done');
    await until('the words', async () => (await rows.count()) === 1);
    expect(await rows.textContent()).toContain('Create app');

    await page.getByRole('heading', { name: 'Day by day' }).waitFor();
    await page.locator('.timeline .reach').last().click();
    await page.getByRole('heading', { name: 'Hour by hour' }).waitFor();
    expect(await page.getByLabel('Since').inputValue()).toMatch(/^\d{4}-\d{2}-\d{2}T/);
    expect(await page.getByLabel('Until').inputValue()).not.toBe('');
    await page.getByText('As a table').click();
    await page.getByRole('button', { name: /^Show / }).click();
    await until('the hour', async () => (await rows.count()) === 1);

    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Export as NDJSON' }).click();
    const lines = (await readFile(await (await download).path(), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).action)).toEqual(['CREATE_APP']);
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('heading', { name: 'Day by day' }).waitFor();
    expect(await page.getByLabel('Words').inputValue()).toBe('');
  });

  it('is open to auditors, with what else they may read and nothing that they may not', async () => {
    const auditor = await stage.person();
    const { body } = await stage.rest.get(`/api/users?query=${auditor.name}`);
    await giveRole(body.users[0].id, 'auditor');
    const page = await (await stage.profile()).signIn(auditor);
    await page.getByRole('link', { name: 'Admin' }).click();
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByRole('region', { name: 'Audit trail' }).waitFor();
    const tabs = page.getByRole('navigation', { name: 'Administration' }).getByRole('link');
    expect(await tabs.allTextContents()).toEqual(['Sessions', 'Audit', 'Analytics']);
    await page.goto(`${stage.sortie.url}/admin/users`);
    await page.getByRole('heading', { name: 'Sessions', exact: true }).waitFor();
  });
});

describe('the history of an app', () => {
  it('tells who made it what, and leads back to what it was', async () => {
    await stage.rest.post('/api/apps', webApp('historic', 'First name'));
    await rename('historic', 'Second name');
    const page = await administer('Catalogue');
    await page.getByRole('link', { name: 'Second name' }).click();
    const past = page.getByRole('region', { name: 'History' });
    await past.getByText('NameFirst name → Second name').waitFor();
    expect(await past.getByRole('listitem').first().textContent()).toContain('by admin');
    await past
      .getByRole('button', { name: /^Revert to version/ })
      .last()
      .click();
    await page.getByRole('button', { name: 'Yes, revert' }).click();
    await page.getByRole('heading', { name: 'First name' }).waitFor();
    await past.getByText(/: reverted to version \d+$/).waitFor();
    expect((await stage.rest.get('/api/apps/historic')).body.name).toBe('First name');
  });
});

describe('groups and categories', () => {
  it('let a group into an app, and somebody look after a category', async () => {
    const member = await stage.person();
    const closed = { ...webApp('closed', 'Closed'), visibility: 'approved', category: 'Secrets' };
    await stage.rest.post('/api/apps', closed);
    const theirs = await (await stage.profile()).signIn(member);
    await cardOf(theirs, 'Terminal').waitFor();
    expect(await cardOf(theirs, 'Closed').count()).toBe(0);

    const page = await administer('Groups');
    await page.getByRole('button', { name: 'Add a group' }).click();
    await page.getByLabel('Name').fill('Painters');
    await page.getByRole('button', { name: 'Add the group' }).click();
    await page.getByLabel('Somebody to put into Painters').selectOption(member.name);
    await page.getByRole('button', { name: 'Put in' }).click();
    await page.getByRole('button', { name: `Take ${member.name} out of Painters` }).waitFor();
    await page.getByRole('link', { name: 'Catalogue' }).click();
    await page.getByRole('link', { name: 'Closed' }).click();
    await page.getByRole('group', { name: 'Groups' }).getByLabel('Painters').check();
    await cardOf(theirs, 'Closed').waitFor();

    await page.getByRole('link', { name: 'Categories' }).click();
    await page.getByLabel('Somebody to look after Secrets').selectOption(member.name);
    const secrets = page.getByRole('listitem').filter({ hasText: 'look after Secrets' });
    await secrets.getByRole('button', { name: 'Appoint' }).click();
    await page.getByRole('button', { name: `Dismiss ${member.name} from Secrets` }).click();
    await page.getByText(`${member.name} no longer looks after Secrets.`).waitFor();
  });
});

describe('a user', () => {
  it('gets another role, a new password, and is erased when the name is typed', async () => {
    stage.expectComplaint(/status of 4(01|09|22)/);
    const person = await stage.person();
    const page = await administer('Users');
    const dialog = page.getByRole('dialog', { name: person.name });
    const row = page.getByRole('row', { name: person.name });
    await row.getByRole('button', { name: `Manage ${person.name}` }).click();
    await dialog.getByLabel('Role').selectOption('auditor');
    await dialog.getByRole('button', { name: 'Change role' }).click();
    await row.getByText('Auditor').waitFor();

    await dialog.getByRole('button', { name: 'Reset password' }).click();
    await dialog.getByRole('button', { name: 'Yes, reset password' }).click();
    const password = (await dialog.locator('output').textContent()) ?? '';
    await dialog.getByRole('button', { name: 'Done' }).click();
    const before = await new Client(stage.sortie.url).post('/api/sign-in', person);
    const after = await new Client(stage.sortie.url).post('/api/sign-in', { ...person, password });
    expect([before.status, after.status]).toEqual([401, 200]);

    await row.getByRole('button', { name: `Manage ${person.name}` }).click();
    await dialog.getByRole('button', { name: 'Sign out everywhere' }).click();
    await dialog.getByRole('button', { name: 'Yes, sign out everywhere' }).click();
    await page.getByText(`${person.name} was signed out everywhere.`).waitFor();
    await dialog.getByRole('button', { name: 'Disable' }).click();
    await dialog.getByRole('button', { name: 'Yes, disable' }).click();
    await dialog.getByRole('button', { name: 'Erase…' }).click();
    await dialog.getByText('Nothing is done yet.').waitFor();
    await dialog.getByLabel(`Type ${person.name} to erase them`).fill('somebody else');
    await dialog.getByRole('button', { name: 'Erase' }).click();
    await dialog.getByRole('alert').getByText(/name/).waitFor();
    await dialog.getByLabel(`Type ${person.name} to erase them`).fill(person.name);
    await dialog.getByRole('button', { name: 'Erase' }).click();
    await page.getByText('The person was erased.').waitFor();
    await until('the name to go', async () => (await row.count()) === 0);
  });
});

describe('everybody’s sessions', () => {
  it('show whose they are and how they look, and can be stopped', async () => {
    // Their page may try to come back to the desktop before it is told that somebody stopped it.
    stage.expectComplaint(/status of 409 .*\/viewer-tickets\)$/);
    const person = await stage.person();
    const theirs = await (await stage.profile()).signIn(person);
    await Desktop.launch(theirs, 'Terminal', stage.sortie.runtimeDir);
    const page = await administer('Sessions');
    const row = page.getByRole('row', { name: person.name });
    await row.getByText('Running').waitFor();
    await row.getByRole('button', { name: `Look at Terminal of ${person.name}` }).click();
    await page.getByRole('img', { name: 'The desktop of Terminal' }).waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    const looks = () => stage.rest.get('/api/audit?action=SEE_FRAME');
    await until('the look to be on record', async () => (await looks()).body.entries.length > 0);
    expect((await looks()).body.entries[0].user_name).toBe('admin');
    await row.getByRole('button', { name: `Stop Terminal of ${person.name}` }).click();
    await page.getByRole('button', { name: 'Yes, stop it' }).click();
    await theirs.getByRole('heading', { name: 'This session is over' }).waitFor();
    await until('the row to go', async () => (await row.count()) === 0);
  });

  it('are what an operator sees, with projections and without the trail', async () => {
    const operator = await stage.person();
    const { body } = await stage.rest.get(`/api/users?query=${operator.name}`);
    await giveRole(body.users[0].id, 'operator');
    const page = await (await stage.profile()).signIn(operator);
    await page.getByRole('link', { name: 'Admin' }).click();
    await page.getByRole('heading', { name: 'Nothing is running' }).waitFor();
    const tabs = page.getByRole('navigation', { name: 'Administration' }).getByRole('link');
    expect(await tabs.allTextContents()).toEqual(['Sessions', 'Analytics', 'Projections']);
    await page.getByRole('link', { name: 'Projections' }).click();
    await page
      .getByRole('row', { name: 'catalog.applications Up to date' })
      .getByText('Up to date')
      .waitFor();
  });
});

async function rename(id: string, name: string): Promise<void> {
  const etag = (await stage.rest.get(`/api/apps/${id}`)).headers.get('etag') ?? '';
  await stage.rest.put(`/api/apps/${id}`, webApp(id, name), { 'if-match': etag });
}

async function giveRole(id: string, role: string): Promise<void> {
  const etag = (await stage.rest.get(`/api/users/${id}`)).headers.get('etag') ?? '';
  const { status } = await stage.rest.put(`/api/users/${id}/role`, { role }, { 'if-match': etag });
  if (status !== 200) throw new Error(`Giving the role ${role} answered ${status}.`);
}

const webApp = (id: string, name: string) => ({
  id,
  name,
  url: 'https://example.com',
  launch_type: 'url',
});
