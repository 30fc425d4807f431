// Goal: whoever looks after a category finds its apps on the page, and may do there what the server lets them; operators
// are told whose a session is.
// Method: the built server and its page in headless Chromium, each person in a browser profile of their own.
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BrowserStage } from '#test/support/browser-stage.js';
import { cardOf, expectSeen, fillSignIn } from '#test/support/browser.js';
import { Desktop } from '#test/support/desktop.js';
import { faultsInEveryLook, LOOKING_MS } from '#test/support/every-look.js';

const stage = new BrowserStage();
type Person = Awaited<ReturnType<typeof stage.person>> & { id: string };

const app = (id: string, over: object = {}) => ({
  ...{ id, name: id, url: 'https://example.com', launch_type: 'url', category: 'Office' },
  ...over,
});

async function person(): Promise<Person> {
  const account = await stage.person();
  const { body } = await stage.rest.get(`/api/users?query=${account.name}`);
  return { ...account, id: body.users[0].id };
}
const administratorOf = (category: string, { id }: Person) =>
  `/api/categories/${category}/administrators/${id}`;

/** Somebody who looks after the apps of some categories, signed in on the page. */
async function lookAfter(...categories: string[]): Promise<{ page: Page; who: Person }> {
  const who = await person();
  for (const category of categories) await stage.rest.put(administratorOf(category, who), {});
  return { page: await (await stage.profile()).signIn(who), who };
}

/** Somebody's page that hears of everything from now on. */
async function listening(account: Person): Promise<Page> {
  const page = await (await stage.profile()).visit();
  const stream = page.waitForResponse((response) => response.url().endsWith('/api/events'));
  await fillSignIn(page, account);
  await stream;
  return page;
}

const adminLink = (page: Page) =>
  page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Admin' });
const rowsOf = (page: Page) => page.getByRole('region', { name: 'Apps' }).locator('tbody tr');

beforeAll(async () => {
  await stage.rest.post('/api/apps', app('letters', { name: 'Letters', visibility: 'approved' }));
  await stage.rest.post('/api/apps', app('secret', { name: 'Secret', visibility: 'admin_only' }));
  await stage.rest.post('/api/apps', app('chess', { name: 'Chess', category: 'Games' }));
});

describe('whoever looks after a category', () => {
  it('finds its apps on the administrators’ side as soon as appointed, until dismissed', async () => {
    const who = await person();
    const page = await listening(who);
    await cardOf(page, 'Chess').waitFor();
    expect(await adminLink(page).count()).toBe(0);

    await stage.rest.put(administratorOf('Office', who), {});
    await adminLink(page).click();
    await page.getByText('You look after the apps of Office.').waitFor();
    await page.getByRole('link', { name: 'Letters' }).waitFor();
    expect(await rowsOf(page).count()).toBe(1);
    const tabs = page.getByRole('navigation', { name: 'Administration' }).getByRole('link');
    expect(await tabs.allTextContents()).toEqual(['Catalogue']);

    await page.goto(`${stage.sortie.url}/admin/users`);
    await page.getByRole('heading', { name: 'Catalogue' }).waitFor();
    await page.goto(`${stage.sortie.url}/admin/apps/chess`);
    await page.getByRole('heading', { name: 'This app is not yours to change' }).waitFor();
    expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);

    await stage.rest.delete(administratorOf('Office', who));
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    expect(await adminLink(page).count()).toBe(0);
  });

  it('is led to them by the palette, which leads nobody else there', async () => {
    const { page } = await lookAfter('Office');
    const nobody = await (await stage.profile()).signIn(await person());
    for (const each of [page, nobody]) {
      await cardOf(each, 'Chess').waitFor();
      await each.keyboard.press('Control+k');
      await each.getByRole('combobox').fill('administration');
    }
    await nobody.getByText('Nothing matches “administration”').waitFor();
    await page.getByRole('option', { name: 'Administration' }).click();
    await expectSeen(page.getByRole('heading', { name: 'Catalogue' }));
  });

  it('adds an app, changes it, brings it back and deletes it', async () => {
    // Its past, which goes with it, may be asked for once more.
    stage.expectComplaint(/status of 404 .*\/history\)$/);
    const { page, who } = await lookAfter('Office', 'Arts');
    const theirs = await listening(await person());
    await adminLink(page).click();
    await page.getByText('You look after the apps of Arts and Office.').waitFor();
    await page.getByRole('link', { name: 'Add an app' }).click();
    await page.getByLabel('Name').fill('Ledger');
    const category = page.getByLabel('Category');
    expect(await category.locator('option').allTextContents()).toEqual(['Arts', 'Office']);
    await category.selectOption('Office');
    expect(await page.getByRole('radio', { name: /^Administrators/ }).count()).toBe(0);
    await page.getByRole('radio', { name: /^Web address/ }).check();
    await page.getByLabel('Web address', { exact: true }).fill('https://example.com/ledger');
    await page.getByRole('button', { name: 'Add the app' }).click();
    await cardOf(theirs, 'Ledger').waitFor();

    const past = page.getByRole('region', { name: 'History' });
    await past.getByText(`by ${who.name}`).waitFor();
    await page.getByLabel('Name').fill('Cash book');
    await page.getByLabel('Category').selectOption('Arts');
    await page.getByRole('button', { name: 'Save' }).click();
    await cardOf(theirs, 'Cash book').waitFor();
    await past.getByText('NameLedger → Cash book').waitFor();
    await past.getByRole('button', { name: /^Revert to version/ }).click();
    await page.getByRole('button', { name: 'Yes, revert' }).click();
    await cardOf(theirs, 'Ledger').waitFor();
    await past.getByText(/: reverted to version \d+$/).waitFor();

    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Yes, delete it' }).click();
    await page.getByRole('heading', { name: 'Catalogue' }).waitFor();
    await cardOf(theirs, 'Ledger').waitFor({ state: 'detached' });
    expect((await stage.rest.get('/api/apps/letters')).status).toBe(200);
  });

  it('is told by the server what is not theirs any more, whatever the page still shows', async () => {
    stage.expectComplaint(/status of 4(03|04|12)/);
    await stage.rest.post('/api/apps', app('moving', { name: 'Moving' }));
    const { page } = await lookAfter('Office');
    await adminLink(page).click();
    await page.getByRole('link', { name: 'Moving' }).click();
    await page.getByLabel('Description').fill('Mine.');
    const moved = app('moving', { name: 'Moving', category: 'Games' });
    await stage.rest.put('/api/apps/moving', moved, { 'if-match': '*' });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('form').getByText('You administer "Office"').waitFor();
    await page.getByRole('link', { name: 'All apps' }).click();
    await rowsOf(page).first().waitFor();
    await rowsOf(page).filter({ hasText: 'Moving' }).waitFor({ state: 'detached' });
    expect((await stage.rest.get('/api/apps/moving')).body.description).toBe('');
  });

  it('sees who is on the list of an app, and takes them off it', async () => {
    const guest = await person();
    const granted = await stage.rest.put(`/api/apps/letters/approvals/${guest.id}`, {});
    expect(granted.status).toBe(204);
    const theirs = await listening(guest);
    await cardOf(theirs, 'Letters').waitFor();
    const { page } = await lookAfter('Office');
    await adminLink(page).click();
    await page.getByRole('link', { name: 'Letters' }).click();
    const list = page.getByRole('region', { name: 'Approved people' });
    await list.getByRole('button', { name: `Take ${guest.name} off the list` }).click();
    await expectSeen(list.getByText('Nobody is on it'));
    await cardOf(theirs, 'Letters').waitFor({ state: 'detached' });
  });
});

describe('an operator', () => {
  it(
    'sees whose each session is, on both screens that have everybody’s',
    { timeout: LOOKING_MS },
    async () => {
      const owner = await person();
      const theirs = await (await stage.profile()).signIn(owner);
      await Desktop.launch(theirs, 'Terminal', stage.home);
      const operator = await person();
      await stage.rest.put(
        `/api/users/${operator.id}/role`,
        { role: 'operator' },
        { 'if-match': '*' },
      );
      const page = await (await stage.profile()).signIn(operator);
      await adminLink(page).click();
      await page.getByRole('button', { name: `Stop Terminal of ${owner.name}` }).waitFor();
      const faults = await faultsInEveryLook(page, 'the sessions to an operator');
      await page.getByRole('navigation', { name: 'Main' }).getByText('Sessions').click();
      await page.getByRole('button', { name: 'Everyone’s' }).click();
      await page.getByRole('region', { name: 'Running' }).getByText(`by ${owner.name}`).waitFor();
      faults.push(...(await faultsInEveryLook(page, 'the sessions of everyone')));
      expect(faults).toEqual([]);
    },
  );
});

describe('the focus', () => {
  it('is on the first field when a password has to be chosen, and on the heading after that', async () => {
    const password = 'given by an administrator';
    await stage.rest.post('/api/users', { name: 'newcomer', role: 'user', password });
    const page = await (await stage.profile()).visit();
    await fillSignIn(page, { name: 'newcomer', password });
    await page.getByRole('heading', { name: 'Choose a password' }).waitFor();
    await expectSeen(page.locator('[name=current_password]:focus'));
    await page.keyboard.type(password);
    for (const label of ['New password', 'New password again'])
      await page.getByLabel(label, { exact: true }).fill('three words in a row');
    await page.getByRole('button', { name: 'Change password' }).click();
    await expectSeen(page.locator('h1:focus', { hasText: 'Apps' }));
  });
});

describe('the screens', () => {
  it('of whoever looks after a category have no fault', { timeout: LOOKING_MS }, async () => {
    await stage.rest.put(`/api/apps/letters/approvals/${(await person()).id}`, {});
    const described = app('letters', { name: 'Letters', visibility: 'approved', description: 'A' });
    await stage.rest.put('/api/apps/letters', described, { 'if-match': '*' });
    const { page } = await lookAfter('Office');
    await adminLink(page).click();
    await page.getByRole('link', { name: 'Letters' }).waitFor();
    const faults = await faultsInEveryLook(page, 'the apps to look after');
    await page.getByRole('link', { name: 'Letters' }).click();
    await page.getByRole('button', { name: /^Take .* off the list$/ }).waitFor();
    await page.getByRole('button', { name: /^Revert to version/ }).waitFor();
    faults.push(...(await faultsInEveryLook(page, 'an app with its history and its list')));
    await page.getByRole('link', { name: 'All apps' }).click();
    await page.getByRole('link', { name: 'Add an app' }).click();
    await page.getByRole('heading', { name: 'Add an app' }).waitFor();
    faults.push(...(await faultsInEveryLook(page, 'a new app')));
    await page.goto(`${stage.sortie.url}/admin/apps/chess`);
    await page.getByRole('heading', { name: 'This app is not yours to change' }).waitFor();
    faults.push(...(await faultsInEveryLook(page, 'an app of somebody else')));
    expect(faults).toEqual([]);
  });

  it(
    'of whoever looks after a category without apps have no fault',
    { timeout: LOOKING_MS },
    async () => {
      const { page } = await lookAfter('Not a thing yet');
      await adminLink(page).click();
      await page.getByRole('heading', { name: 'There are no apps to look after yet' }).waitFor();
      expect(await faultsInEveryLook(page, 'nothing to look after')).toEqual([]);
    },
  );
});
