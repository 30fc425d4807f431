// Goal: a desktop is shared on the page, and nobody does more in it than they may; what its tools do arrives in it.
// Method: real desktops on the built server; owner and guest are two people in two browsers; what was typed is read on
// the host, in files that the desktop's own shell writes.
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { BrowserStage } from '#test/support/browser-stage.js';
import { cardOf, expectSeen, fillSignIn, PATIENCE_MS } from '#test/support/browser.js';
import { Desktop } from '#test/support/desktop.js';
import { until } from '#test/support/waits.js';

const stage = new BrowserStage();
const PNG = [0x89, 0x50, 0x4e, 0x47];
/** What is used of an image; the tests' own types know no browser. */
type Picture = { decode: () => Promise<void>; naturalWidth: number };

const tool = (page: Page, name: string) =>
  page.getByRole('toolbar').getByRole('button', { name, exact: false });
async function launch(): Promise<Desktop> {
  const page = await (await stage.profile()).signIn(await stage.person());
  return Desktop.launch(page, 'Terminal', stage.home);
}
/** Makes a link on the owner's page. */
async function makeLink({ page }: Desktop, may: 'Watch' | 'Control'): Promise<string> {
  await tool(page, 'Share').click();
  const panel = page.getByRole('dialog', { name: 'Share' });
  await panel.getByLabel('They may').selectOption(may);
  await panel.getByRole('button', { name: 'Share', exact: true }).click();
  return panel.getByLabel('Link', { exact: true }).inputValue();
}
/** Waits for a file that was touched. */
const fileOf = (sessionId: string, file: string) =>
  until(file, () => stage.home(sessionId, file), PATIENCE_MS);

describe('a link to watch', () => {
  it('shows the same desktop to whoever signs in with it, and lets nothing be typed into it', async () => {
    const owner = await launch();
    const { sessionId } = owner;
    const link = await makeLink(owner, 'Watch');
    expect(link).toMatch(/\/shared#[\w-]{43}$/);

    const guest = await (await stage.profile()).visit(new URL(link).pathname + new URL(link).hash);
    await fillSignIn(guest, await stage.person());
    const seen = new Desktop(guest, stage.home);
    await seen.connected();
    await guest.getByText('You are watching').waitFor();
    expect(guest.url()).toBe(`${stage.sortie.url}/shared/${sessionId}`);
    for (const name of ['Clipboard', 'Keys', 'Share', 'Stop session'])
      expect(await tool(guest, name).count()).toBe(0);

    // Through the page, as a person would; what sends past it meets the gateway (test/medium/viewer-watcher.spec.ts).
    await guest.locator('.screen canvas').click();
    await guest.keyboard.type('touch ~/typed-by-the-guest\n');
    await owner.page.keyboard.press('Escape');
    await owner.type('touch ~/typed-by-the-owner');
    await fileOf(sessionId, 'typed-by-the-owner');
    expect(await stage.home(sessionId, 'typed-by-the-guest')).toBeUndefined();
    await until('the picture is the same', async () => (await seen.colors()) > 1, PATIENCE_MS);
  });

  it('tells its owner who came, becomes control and ends when the owner says so', async () => {
    const owner = await launch();
    const { page, sessionId } = owner;
    const link = await makeLink(owner, 'Watch');
    const person = await stage.person();
    const guest = await (await stage.profile()).signIn(person);
    await guest.goto(link);
    const seen = new Desktop(guest, stage.home);
    await seen.connected();

    const panel = page.getByRole('dialog', { name: 'Share' });
    const here = panel.getByRole('region', { name: 'Who is here' });
    await here
      .getByRole('listitem')
      .filter({ hasText: person.name })
      .getByText('watches')
      .waitFor();
    const share = panel.getByRole('listitem').filter({ hasText: 'taken by 1 of' });
    await share.getByRole('combobox').selectOption('control');
    await guest.getByText('You are watching').waitFor({ state: 'detached' });
    await seen.reaches('connected');
    await tool(guest, 'Keys').waitFor();
    await seen.type('touch ~/typed-by-the-guest');
    await fileOf(sessionId, 'typed-by-the-guest');

    await share.getByRole('button', { name: /^Revoke/ }).click();
    await guest.getByRole('heading', { name: 'This desktop is not shared with you' }).waitFor();
    await here.getByText(person.name).waitFor({ state: 'detached' });
    stage.expectComplaint(/status of 404/);
    await guest.goto(link);
    await expectSeen(guest.getByRole('heading', { name: 'This link does not open' }));
  });
});

describe('a share by name', () => {
  it('is found among the sessions of whom it is for', async () => {
    const owner = await launch();
    const person = await stage.person();
    const guest = await (await stage.profile()).signIn(person);
    await guest.getByRole('navigation').getByRole('link', { name: 'Sessions' }).click();
    await tool(owner.page, 'Share').click();
    const panel = owner.page.getByRole('dialog', { name: 'Share' });
    await panel.getByLabel('Name').fill(person.name);
    await panel.getByRole('button', { name: 'Share', exact: true }).click();
    const shared = guest.getByRole('region', { name: 'Shared with me' });
    await shared.getByRole('link', { name: /^Open Terminal/ }).click();
    await new Desktop(guest, stage.home).connected();
    await expectSeen(panel.getByRole('listitem').filter({ hasText: person.name }).first());
  });

  it('with nobody says so', async () => {
    stage.expectComplaint(/status of 4\d\d .*\/shares\)$/);
    const { page } = await launch();
    await tool(page, 'Share').click();
    const panel = page.getByRole('dialog', { name: 'Share' });
    await panel.getByLabel('Name').fill('nobody-of-that-name');
    await panel.getByRole('button', { name: 'Share', exact: true }).click();
    await expectSeen(panel.getByRole('alert').locator('.notice'));
  });
});

describe('the tools', () => {
  it('save a picture of the desktop', async () => {
    const { page } = await launch();
    const downloading = page.waitForEvent('download');
    await tool(page, 'Screenshot').click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(
      /^Terminal \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.png$/,
    );
    const picture = await readFile(await download.path());
    expect([...picture.subarray(0, 4)]).toEqual(PNG);
  });

  it('send keys that a browser or a phone does not', async () => {
    const desktop = await launch();
    const { page } = desktop;
    await tool(page, 'Keys').click();
    const panel = page.getByRole('dialog', { name: 'Keys' });
    // The shell shows which bytes arrive: what is typed as on a phone, Tab, and C held with Ctrl.
    await panel.getByLabel('Type into the desktop').pressSequentially('echo häx');
    await page.keyboard.press('Backspace');
    await page.keyboard.type('lf > ~/typed');
    await page.keyboard.press('Enter');
    expect(await desktop.written('typed')).toBe('hälf\n');
    await panel
      .getByLabel('Type into the desktop')
      .pressSequentially('touch ~/reads; cat; echo ended > ~/held');
    await page.keyboard.press('Enter');
    // Before that, the shell itself still reads the keys, and Ctrl and D end nothing.
    await fileOf(desktop.sessionId, 'reads');
    await panel.getByRole('button', { name: 'Ctrl', exact: true }).click();
    await panel.getByLabel('Type into the desktop').pressSequentially('d');
    await panel.getByRole('button', { name: 'Ctrl', exact: true, pressed: true }).click();
    expect(await desktop.written('held')).toBe('ended\n');
  });

  it('remember the picture quality for the next desktop', async () => {
    const { page } = await launch();
    await tool(page, 'Quality').click();
    await page.getByRole('radio', { name: /^Light/ }).check();
    await page.reload();
    await new Desktop(page, stage.home).connected();
    await tool(page, 'Quality').click();
    expect(await page.getByRole('radio', { name: /^Light/ }).isChecked()).toBe(true);
  });
});

describe('the sessions', () => {
  it('are shown with a picture of their desktops, and how many there may be', async () => {
    const { page } = await launch();
    await page.getByRole('link', { name: 'Back to the apps' }).click();
    await page.getByRole('navigation').getByRole('link', { name: 'Sessions' }).click();
    const card = page.getByRole('listitem').filter({ hasText: 'Terminal' });
    const width = await card
      .locator('img.session-frame')
      // It has a width only once it is decoded.
      .evaluate((image: Picture) => image.decode().then(() => image.naturalWidth));
    expect(width).toBeGreaterThan(100);
    await page.getByText('1 of 5 sessions').waitFor();
    await page.getByRole('navigation').getByRole('link', { name: 'Apps' }).click();
    await expectSeen(cardOf(page, 'Terminal'));
  });
});
