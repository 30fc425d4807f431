// Goal: the home screen is each person's own: favourites, what was opened last, themes and collapsed categories follow
// the person; palette and keys lead everywhere.
// Method: the built server and its page in headless Chromium; two browsers of one person are two profiles.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { BrowserStage } from '#test/support/browser-stage.js';
import { cardOf } from '#test/support/browser.js';
import { Desktop } from '#test/support/desktop.js';
import { until } from '#test/support/waits.js';

const stage = new BrowserStage();

const tileOf = (page: Page, row: string, name: string) =>
  page.getByRole('region', { name: row }).getByRole('button', { name, exact: true });
const themeOf = (page: Page) => page.locator('html').getAttribute('data-theme');
const expectTheme = (page: Page, theme: 'dark' | 'light' | null) =>
  until(`the theme ${theme}`, async () => (await themeOf(page)) === theme);
const group = (page: Page, category: string) =>
  page.locator('details').filter({ has: page.getByRole('heading', { name: category }) });
const isOpen = async (page: Page, category: string): Promise<boolean> =>
  (await group(page, category).getAttribute('open')) !== null;
/** What is kept in the browser under one of the page's keys. */
const stored = (page: Page, key: string) => page.evaluate(`localStorage.getItem('${key}')`);
/** Waits until the server has what is done to the preferences: a reload would overtake it. */
const kept = (page: Page) =>
  page.waitForResponse(
    (response) =>
      response.url().endsWith('/api/me/preferences') && response.request().method() === 'PUT',
  );
const star = (page: Page) => page.getByRole('button', { name: 'Favourite Terminal' });
const focusedLabel = (page: Page) =>
  page.evaluate(`document.activeElement?.getAttribute('aria-label')`);
const chooseTheme = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('button', { name: ': account' }).click();
  await page.getByRole('group', { name: 'Theme' }).getByRole('button', { name }).click();
  await page.keyboard.press('Escape');
};

describe('favourites', () => {
  it('stand first, in every browser of the person at once, and in nobody else’s', async () => {
    const person = await stage.person();
    const here = await (await stage.profile()).signIn(person);
    const there = await (await stage.profile()).signIn(person);
    const other = await (await stage.profile()).signIn(await stage.person());
    await cardOf(there, 'Terminal').waitFor();
    await star(here).click();
    await tileOf(here, 'Favourites', 'Terminal').waitFor();
    await tileOf(there, 'Favourites', 'Terminal').waitFor();
    await there.getByRole('button', { name: 'Favourite Terminal', pressed: true }).click();
    await tileOf(here, 'Favourites', 'Terminal').waitFor({ state: 'detached' });
    expect(await other.getByRole('region', { name: 'Favourites' }).count()).toBe(0);
  });

  it('are made by the keyboard on the app that has the focus', async () => {
    const page = await (await stage.profile()).signIn(await stage.person());
    // The apps may be there before the favourites are; a key makes none before.
    await star(page).waitFor();
    await cardOf(page, 'Terminal').focus();
    const saved = kept(page);
    await page.keyboard.press('f');
    await tileOf(page, 'Favourites', 'Terminal').waitFor();
    await saved;
    await page.reload();
    await tileOf(page, 'Favourites', 'Terminal').focus();
    await page.keyboard.press('f');
    await tileOf(page, 'Favourites', 'Terminal').waitFor({ state: 'detached' });
    // What had the focus is gone; the focus is not.
    await until('the focus is near', async () => (await page.locator(':focus').count()) === 1);
    expect(await page.getByRole('main').locator(':focus').count()).toBe(1);
  });
});

describe('preferences', () => {
  it('that were chosen signed out are taken along by who never chose any, and follow to another browser', async () => {
    const person = await stage.person();
    const page = await (await stage.profile()).visit();
    await page.getByRole('button', { name: 'Dark' }).click();
    expect(await stored(page, 'sortie-theme')).toBe('dark');
    await page.getByLabel('Name').fill(person.name);
    await page.getByLabel('Password').fill(person.password);
    const takenAlong = kept(page);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await takenAlong;
    const saved = kept(page);
    await group(page, 'Links').locator('summary').click();
    await until('it is kept', async () => (await stored(page, 'sortie-collapsed')) === '["Links"]');
    await saved;

    const elsewhere = await (await stage.profile()).signIn(person);
    await expectTheme(elsewhere, 'dark');
    await until('the category follows', async () => !(await isOpen(elsewhere, 'Links')));
    expect(await isOpen(elsewhere, 'Tools')).toBe(true);
  });

  it('of the person win over what the browser was told before, and change in other browsers at once', async () => {
    const person = await stage.person();
    const first = await (await stage.profile()).signIn(person);
    const saved = kept(first);
    await chooseTheme(first, 'Light');
    await saved;
    const profile = await stage.profile();
    const second = await profile.visit();
    await second.getByRole('button', { name: 'Dark' }).click();
    await second.close();
    const signedIn = await profile.signIn(person);
    await expectTheme(signedIn, 'light');
    await chooseTheme(signedIn, 'Dark');
    await expectTheme(first, 'dark');
    await chooseTheme(first, 'System');
    await expectTheme(signedIn, null);
  });
});

describe('what was opened last', () => {
  it('is offered on top, to that person only', async () => {
    const profile = await stage.profile();
    const page = await profile.signIn(await stage.person());
    await Desktop.launch(page, 'Terminal', stage.home);
    await page.getByRole('link', { name: 'Back to the apps' }).click();
    await tileOf(page, 'Opened last', 'Terminal').waitFor();
    // What the page was just about to ask is refused.
    stage.expectComplaint(/status of 401/);
    await page.getByRole('button', { name: ': account' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    const other = await profile.signIn(await stage.person());
    await cardOf(other, 'Terminal').waitFor();
    expect(await other.getByRole('region', { name: 'Opened last' }).count()).toBe(0);
  });
});

describe('the palette', () => {
  it('opens apps, pages and themes by typing, and gives the focus back', async () => {
    const page = await (await stage.profile()).signIn(await stage.person());
    await cardOf(page, 'Terminal').focus();
    // By its label: a closed dialog has no role any more, but the page takes it away a moment later.
    const palette = page.locator('dialog[aria-label="Command palette"]');
    /** No person is as quick as a test: the one before has to be gone, and this one there. */
    const open = async () => {
      await palette.waitFor({ state: 'detached' });
      await page.keyboard.press('Control+k');
      await palette.getByRole('combobox').waitFor();
    };
    await open();
    await page.keyboard.press('Escape');
    await palette.waitFor({ state: 'detached' });
    expect(await page.locator(':focus').textContent()).toContain('Terminal');

    await open();
    await page.keyboard.type('dark');
    await page.keyboard.press('Enter');
    await expectTheme(page, 'dark');
    await open();
    await page.keyboard.type('tokens');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'API tokens' }).waitFor();
    await open();
    await page.keyboard.type('termin');
    await palette.getByRole('option', { name: 'Terminal' }).click();
    const desktop = new Desktop(page, stage.home);
    await desktop.connected();
    await page.getByRole('link', { name: 'Back to the apps' }).click();

    await open();
    await palette.getByRole('group', { name: 'Sessions' }).getByRole('option').waitFor();
    await page.keyboard.press('Enter');
    await desktop.connected();
  });

  it('leaves the desktop its own keys', async () => {
    const page = await (await stage.profile()).signIn(await stage.person());
    const desktop = await Desktop.launch(page, 'Terminal', stage.home);
    await page.keyboard.type('echo one/two? > kept; this is cut');
    for (let back = 0; back < 'this is cut'.length; back += 1)
      await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Control+k');
    await page.keyboard.press('Enter');
    expect(await desktop.written('kept')).toBe('one/two?\n');
    expect(await page.getByRole('dialog', { name: 'Command palette' }).count()).toBe(0);
  });
});

describe('the keys', () => {
  it('lead to the search from any page, and through the grid', async () => {
    const page = await (await stage.profile()).signIn(await stage.person());
    await cardOf(page, 'Terminal').waitFor();
    await page.getByRole('link', { name: 'Sessions' }).click();
    // Exact: who has none reads "No sessions yet" as well.
    await page.getByRole('heading', { name: 'Sessions', exact: true }).waitFor();
    await page.keyboard.press('/');
    await until(
      'the search has the focus',
      async () => (await focusedLabel(page)) === 'Search apps',
    );
    await page.keyboard.press('ArrowDown');
    const focused = page.locator(':focus');
    const first = await focused.textContent();
    await page.keyboard.press('ArrowRight');
    const second = await focused.textContent();
    await page.keyboard.press('ArrowLeft');
    expect(second).not.toBe(first);
    expect(await focused.textContent()).toBe(first);
  });

  it('can be told, and the single ones turned off', async () => {
    const page = await (await stage.profile()).signIn(await stage.person());
    await cardOf(page, 'Terminal').focus();
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await keys.getByLabel('Single keys').uncheck();
    await keys.getByRole('button', { name: 'Close' }).click();
    await cardOf(page, 'Terminal').focus();
    for (const key of ['?', '/', 'f']) await page.keyboard.press(key);
    expect(await page.locator(':focus').textContent()).toContain('Terminal');
    expect(await keys.isVisible()).toBe(false);
    expect(await page.getByRole('region', { name: 'Favourites' }).count()).toBe(0);
  });
});
