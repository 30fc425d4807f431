// Goal: a person signs in, launches a desktop, works in it, loses and regains it, and ends it, all on the page.
// Method: the built server, real desktops, the real page in headless Chromium; what counts is checked on the host:
// files that the desktop's own shell writes, the size that its X clients see, processes.
import type { WebSocket } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { BrowserStage } from '#test/support/browser-stage.js';
import { cardOf, fillSignIn, PATIENCE_MS } from '#test/support/browser.js';
import { Desktop, trackSession } from '#test/support/desktop.js';
import { until } from '#test/support/waits.js';
import { browserDesktopContract, launchTerminal } from '../contract/browser-desktop.contract.js';

const stage = new BrowserStage();

describe('signing in', () => {
  it('takes the right password only, and shows the apps in a grid', async () => {
    stage.expectComplaint(/status of 401 .*\/api\/sign-in\)$/);
    const page = await (await stage.profile()).visit();
    await fillSignIn(page, { name: 'admin', password: 'a wrong one' });
    await page.getByRole('alert').getByText('do not match').waitFor();
    await fillSignIn(page, stage.administrator);
    const boxes = await Promise.all(
      ['noVNC', 'CloudEvents'].map((name) => cardOf(page, name).boundingBox()),
    );
    const [one, other] = boxes.toSorted((a, b) => (a?.x ?? 0) - (b?.x ?? 0));
    expect(one?.y).toBe(other?.y);
    expect(other?.x).toBeGreaterThan((one?.x ?? 0) + (one?.width ?? 0));
  });

  it('ends at once everywhere in that browser when signing out, and nowhere else', async () => {
    const profile = await stage.profile();
    const tab = await profile.signIn(stage.administrator);
    const sockets: WebSocket[] = [];
    tab.on('websocket', (socket) => void sockets.push(socket));
    await Desktop.launch(tab, 'Terminal', stage.sortie.runtimeDir);
    const elsewhere = await launchTerminal(stage);

    stage.expectComplaint(/status of 401/);
    const secondTab = await profile.visit();
    await secondTab.getByRole('button', { name: ': account' }).click();
    await secondTab.getByRole('button', { name: 'Sign out' }).click();

    await secondTab.getByRole('heading', { name: 'Sign in' }).waitFor();
    await until('it closes', () => sockets.every((each) => each.isClosed()), PATIENCE_MS);
    await tab.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(sockets).toHaveLength(1);
    expect(await elsewhere.ask('echo still here')).toBe('still here');
  });
});

browserDesktopContract(stage);

describe('a desktop that runs already', () => {
  it('is shown, not started twice, to who clicks before the page knows what runs', async () => {
    const { page, sessionId } = await launchTerminal(stage);
    let tellSessions = (): void => undefined;
    const told = new Promise<void>((resolve) => (tellSessions = resolve));
    await page.route('**/api/sessions?*', (route) => told.then(() => route.continue()));
    await page.goto(stage.sortie.url);
    await cardOf(page, 'Terminal').click();
    await page.locator('.card-open[aria-busy=true]').waitFor();
    tellSessions();
    const desktop = new Desktop(page, stage.home);
    await desktop.connected();
    expect(desktop.sessionId).toBe(sessionId);
  });
});

describe('the keyboard alone', () => {
  it('finds an app, launches it, works in it, leads out of it and stops it', async () => {
    const page = await (await stage.profile()).signIn(stage.administrator);
    await cardOf(page, 'Terminal').waitFor();
    await page.keyboard.press('/');
    await page.locator('input[type=search]:focus').waitFor();
    await page.keyboard.type('termi');
    await cardOf(page, 'noVNC').waitFor({ state: 'detached' });
    await page.keyboard.press('Enter');
    const desktop = new Desktop(page, stage.sortie.runtimeDir);
    await desktop.connected();
    await page.keyboard.type('touch typed-at-once\n');
    await until('the file', () => desktop.readHome('typed-at-once'), PATIENCE_MS);

    const processes = trackSession(stage.sortie.runtimeDir, desktop.sessionId);
    await page.keyboard.press('Control+Alt+Shift');
    const focused = page.locator(':focus');
    for (let step = 0; (await focused.textContent()) !== 'Stop session' && step < 10; step += 1) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Stop Terminal?' }).waitFor();
    expect(await focused.textContent()).toBe('Keep it running');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await until('every process ends', () => processes() === 0, PATIENCE_MS);
  });
});
