// Goal: a person signs in, launches a desktop, works in it, loses and regains it, and ends it, all on the page.
// Method: the built server, real desktops, the real page in headless Chromium; what counts is checked on the host:
// files that the desktop's own shell writes, the size that its X clients see, processes.
import { describe, expect, it } from 'vitest';
import { BrowserStage } from '#test/support/browser-stage.js';
import { cardOf, fillSignIn, PATIENCE_MS } from '#test/support/browser.js';
import { Desktop, trackSession } from '#test/support/desktop.js';
import { openFaultProxy } from '#test/support/fault-proxy.js';
import { until } from '#test/support/waits.js';

const stage = new BrowserStage();

/** What the browser itself reports while a server is out of reach. */
const OUT_OF_REACH = /net::ERR_|WebSocket connection to .* failed|status of 502/;

async function launch(): Promise<Desktop> {
  const profile = await stage.profile();
  const page = await profile.signIn(stage.administrator);
  return Desktop.launch(page, 'Terminal', stage.sortie.runtimeDir);
}

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
    const sockets: Promise<unknown>[] = [];
    tab.on('websocket', (socket) => void sockets.push(socket.waitForEvent('close')));
    await Desktop.launch(tab, 'Terminal', stage.sortie.runtimeDir);
    const elsewhere = await launch();

    stage.expectComplaint(/status of 401/);
    const secondTab = await profile.visit();
    await secondTab.getByRole('button', { name: ': account' }).click();
    await secondTab.getByRole('button', { name: 'Sign out' }).click();

    await secondTab.getByRole('heading', { name: 'Sign in' }).waitFor();
    await Promise.all(sockets);
    await tab.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(sockets).toHaveLength(1);
    expect(await elsewhere.ask('echo still here')).toBe('still here');
  });
});

describe('a desktop', () => {
  it('is live: what is typed on the page runs in it', async () => {
    const desktop = await launch();
    const { width, height } = await desktop.size();
    expect(Math.min(width, height)).toBeGreaterThan(0);
    await desktop.type('echo $((6*7)) > ~/answer');
    const answer = await until('the answer', () => desktop.readHome('answer'), PATIENCE_MS);
    expect(answer).toBe('42\n');
  });

  it('is shown again, not started twice, when its app is opened a second time', async () => {
    const desktop = await launch();
    const id = desktop.sessionId;
    await desktop.page.goBack();
    await Desktop.launch(desktop.page, 'Terminal', stage.sortie.runtimeDir);
    expect(desktop.sessionId).toBe(id);
  });

  it('follows the size of the browser window', async () => {
    const desktop = await launch();
    const before = await desktop.terminalSize();
    await desktop.page.setViewportSize({ width: 1500, height: 950 });
    await until(
      'the X screen follows',
      async () => {
        const { width, height } = await desktop.screenSize();
        const box = await desktop.region.locator('.screen').boundingBox();
        return width === Math.floor(box?.width ?? 0) && height === Math.floor(box?.height ?? 0);
      },
      PATIENCE_MS,
    );
    expect(await desktop.size()).toEqual(await desktop.screenSize());
    const after = await desktop.terminalSize();
    expect(after.rows).toBeGreaterThan(before.rows);
    expect(after.columns).toBeGreaterThan(before.columns);
  });

  it('takes the text that is sent from the clipboard panel', async () => {
    const desktop = await launch();
    const { page } = desktop;
    await page.getByRole('button', { name: 'Clipboard' }).click();
    await page.getByLabel('Clipboard text').fill('Grüße an 42 → ✓\n');
    await page.getByRole('button', { name: 'Send to the desktop' }).click();
    await desktop.type('touch waits; head -n 1 > .new; mv .new pasted');
    await until('the terminal waits', () => exists(desktop, 'waits'), PATIENCE_MS);
    await page.keyboard.press('Shift+Insert');
    const pasted = await until('the paste', () => desktop.readHome('pasted'), PATIENCE_MS);
    expect(pasted).toBe('Grüße an 42 → ✓\n');
  });

  it('hands over what is copied inside it with the mouse', async () => {
    const desktop = await launch();
    const { page } = desktop;
    // As bytes, since the test's keyboard has no such key; xterm answers \e[6n once it has shown what came before.
    await desktop.type("clear; printf 'W\\303\\266rterbuch\\n\\e[6n'; read -rsd R; touch shown");
    await until('the word', () => exists(desktop, 'shown'), PATIENCE_MS);
    const { x, y } = await desktop.place();
    // Dragged: how near in time two clicks must be for a double click, a busy machine does not keep.
    await page.mouse.move(x + 2, y + 9);
    await page.mouse.down();
    await page.mouse.move(x + 600, y + 9, { steps: 5 });
    await page.mouse.up();
    await page.getByRole('button', { name: 'Clipboard' }).click();
    const panel = page.getByLabel('Clipboard text');
    const text = await until('the copy', () => panel.inputValue().then(orNothing), PATIENCE_MS);
    expect(text.trimEnd()).toBe('Wörterbuch');
  });

  it('is there again, the same one, after the connection was lost', async () => {
    stage.expectComplaint(OUT_OF_REACH);
    const proxy = await openFaultProxy(stage.sortie.url);
    try {
      const page = await (await stage.profile(proxy.url)).signIn(stage.administrator);
      const desktop = await Desktop.launch(page, 'Terminal', stage.sortie.runtimeDir);
      await desktop.ask('kept=before-the-cut');
      proxy.cut();
      await desktop.reaches('reconnecting');
      await page.getByRole('heading', { name: 'Reconnecting' }).waitFor();
      proxy.mend();
      await desktop.connected();
      expect(await desktop.ask('echo $kept')).toBe('before-the-cut');
    } finally {
      await proxy.close();
    }
  });

  it('is there again after the server was killed and started anew', async () => {
    stage.expectComplaint(OUT_OF_REACH);
    const proxy = await openFaultProxy(stage.sortie.url);
    try {
      const page = await (await stage.profile(proxy.url)).signIn(stage.administrator);
      const desktop = await Desktop.launch(page, 'Terminal', stage.sortie.runtimeDir);
      await desktop.ask('kept=before-the-crash');
      const server = await stage.kill();
      await desktop.reaches('reconnecting');
      await server.start();
      proxy.mend(stage.sortie.url);
      await desktop.connected();
      expect(await desktop.ask('echo $kept')).toBe('before-the-crash');
    } finally {
      await proxy.close();
    }
  });

  it('is stopped after a question, leaves no process and is found among the past ones', async () => {
    const { page, sessionId } = await launch();
    const processes = trackSession(stage.sortie.runtimeDir, sessionId);
    expect(processes()).toBeGreaterThan(2);
    await page.getByRole('button', { name: 'Stop session' }).click();
    const dialog = page.getByRole('dialog', { name: 'Stop Terminal?' });
    await dialog.getByRole('button', { name: 'Yes, stop it' }).click();
    await page.getByRole('heading', { name: 'This session is over' }).waitFor();
    await until('every process ends', () => processes() === 0, PATIENCE_MS);
    await page.getByRole('link', { name: 'Back to the apps' }).first().click();
    await page.getByRole('navigation').getByRole('link', { name: 'Sessions' }).click();
    const past = page.locator('h2:has-text("Past") + .rows').getByRole('listitem').first();
    expect(await past.textContent()).toMatch(/Terminal Stopped.*It was stopped\./);
  });
});

describe('the keyboard alone', () => {
  it('finds an app, launches it, works in it, leads out of it and stops it', async () => {
    const page = await (await stage.profile()).signIn(stage.administrator);
    await cardOf(page, 'Terminal').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('termi');
    await page.keyboard.press('Enter');
    const desktop = new Desktop(page, stage.sortie.runtimeDir);
    await desktop.connected();
    await page.keyboard.type('touch typed-at-once\n');
    await until('the file', () => desktop.readHome('typed-at-once'), PATIENCE_MS);

    const processes = trackSession(stage.sortie.runtimeDir, desktop.sessionId);
    await page.keyboard.press('Control+Alt+Shift');
    const focused = page.locator(':focus');
    for (let step = 0; (await focused.textContent()) !== 'Stop session' && step < 5; step += 1) {
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

const orNothing = (text: string): string | undefined => text || undefined;
const exists = async (desktop: Desktop, file: string): Promise<boolean> =>
  (await desktop.readHome(file)) !== undefined;
