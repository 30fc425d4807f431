import { describe, expect, it } from 'vitest';
import type { BrowserStage } from '#test/support/browser-stage.js';
import { PATIENCE_MS } from '#test/support/browser.js';
import { Desktop } from '#test/support/desktop.js';
import { openFaultProxy } from '#test/support/fault-proxy.js';
import { until } from '#test/support/waits.js';

/** What the browser itself reports while a server is out of reach. */
const OUT_OF_REACH = /net::ERR_|WebSocket connection to .* failed|status of 502/;

/** Signs in on a page of its own and opens the Terminal. */
export async function launchTerminal(stage: BrowserStage): Promise<Desktop> {
  const profile = await stage.profile();
  const page = await profile.signIn(stage.administrator);
  return Desktop.launch(page, 'Terminal', stage.home);
}

/** What a person has of a desktop on the page, whatever it runs as. */
export function browserDesktopContract(stage: BrowserStage): void {
  describe('a desktop', () => {
    it('is live: what is typed on the page runs in it', async () => {
      const desktop = await launchTerminal(stage);
      const { width, height } = await desktop.size();
      expect(Math.min(width, height)).toBeGreaterThan(0);
      await desktop.type('echo $((6*7)) > ~/answer');
      expect(await desktop.written('answer')).toBe('42\n');
    });

    it('is shown again, not started twice, when its app is opened a second time', async () => {
      const desktop = await launchTerminal(stage);
      const id = desktop.sessionId;
      await desktop.page.goBack();
      await Desktop.launch(desktop.page, 'Terminal', stage.home);
      expect(desktop.sessionId).toBe(id);
    });

    it('follows the size of the browser window', async () => {
      const desktop = await launchTerminal(stage);
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
      await desktop.agreesOnSize();
      const follows = async () => {
        const now = await desktop.terminalSize();
        return now.rows !== before.rows && now.columns !== before.columns && now;
      };
      const after = await until('the terminal follows', follows, PATIENCE_MS);
      expect(after.rows).toBeGreaterThan(before.rows);
      expect(after.columns).toBeGreaterThan(before.columns);
    });

    it('takes the text that is sent from the clipboard panel', async () => {
      const desktop = await launchTerminal(stage);
      const { page } = desktop;
      await page.getByRole('button', { name: 'Clipboard' }).click();
      await page.getByLabel('Clipboard text').fill('Grüße an 42 → ✓\n');
      await page.getByRole('button', { name: 'Send to the desktop' }).click();
      await desktop.type('touch waits; head -n 1 > .new; mv .new pasted');
      await until('the terminal waits', () => exists(desktop, 'waits'), PATIENCE_MS);
      await page.keyboard.press('Shift+Insert');
      expect(await desktop.written('pasted')).toBe('Grüße an 42 → ✓\n');
    });

    it('hands over what is copied inside it with the mouse', async () => {
      const desktop = await launchTerminal(stage);
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
        const desktop = await Desktop.launch(page, 'Terminal', stage.home);
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
        const desktop = await Desktop.launch(page, 'Terminal', stage.home);
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
      const { page, sessionId } = await launchTerminal(stage);
      const processes = await stage.trackSession(sessionId);
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
}

const orNothing = (text: string): string | undefined => text || undefined;
const exists = async (desktop: Desktop, file: string): Promise<boolean> =>
  (await desktop.readHome(file)) !== undefined;
