// Goal: nobody loses work by a clock or a queue unawares: the end is told before it comes and can be put off, and who
// waits for a place sees how long the queue is.
// Method: the built server with one place and short sessions, its page in headless Chromium, real desktops.
import { describe, expect, it } from 'vitest';
import { BrowserStage, PROCESS_RUNTIME } from '#test/support/browser-stage.js';
import { cardOf } from '#test/support/browser.js';
import { Desktop } from '#test/support/desktop.js';

const stage = new BrowserStage({
  ...PROCESS_RUNTIME,
  env: {
    SORTIE_SESSIONS_MAX: '1',
    // The warning comes at half of the time at the earliest.
    SORTIE_SESSION_TIMEOUT: '1',
    SORTIE_SESSION_LIFETIME_MAX: '60',
    SORTIE_SESSION_WARNING: '5',
  },
});

describe('the end of a session', () => {
  it('is told before it comes, and is put off by a click', async () => {
    const page = await (await stage.profile()).signIn(stage.administrator);
    const desktop = await Desktop.launch(page, 'Terminal', stage.home);
    const warning = page.getByRole('status').filter({ hasText: 'This session ends in' });
    await warning.waitFor();
    const before = await expiryOf(desktop.sessionId);
    await warning.getByRole('button', { name: 'Extend' }).click();
    await warning.waitFor({ state: 'detached' });
    expect(Date.parse(await expiryOf(desktop.sessionId))).toBeGreaterThan(Date.parse(before));
    expect(await desktop.ask('echo still here')).toBe('still here');
  });
});

describe('the queue', () => {
  it('says where one stands, and opens the desktop when there is a place', async () => {
    const first = await (await stage.profile()).signIn(await stage.person());
    await Desktop.launch(first, 'Terminal', stage.home);
    const second = await (await stage.profile()).signIn(await stage.person());
    await cardOf(second, 'Terminal').click();
    await second.getByRole('heading', { name: 'Terminal waits for its turn' }).waitFor();
    await second.getByText('Yours is the next').waitFor();
    await first.getByRole('button', { name: 'Stop session' }).click();
    await first.getByRole('button', { name: 'Yes, stop it' }).click();
    const desktop = new Desktop(second, stage.home);
    await desktop.connected();
    expect(await desktop.ask('echo mine')).toBe('mine');
  });
});

const expiryOf = async (sessionId: string): Promise<string> =>
  (await stage.rest.get(`/api/sessions/${sessionId}`)).body.expires_at;
