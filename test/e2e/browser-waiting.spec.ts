// Goal: what people see while they wait, watch or run out of time has no fault: the queue, the warning of a session's
// end, and a desktop that somebody else shows.
// Method: axe and the sizes of targets on the built page in headless Chromium, with one place for real desktops; the
// page's clock is set to near the end of a session.
import { describe, expect, it } from 'vitest';
import { BrowserStage, PROCESS_RUNTIME } from '#test/support/browser-stage.js';
import { cardOf } from '#test/support/browser.js';
import { Desktop } from '#test/support/desktop.js';
import { faultsInEveryLook, LOOKING_MS } from '#test/support/every-look.js';

const stage = new BrowserStage({ ...PROCESS_RUNTIME, env: { SORTIE_SESSIONS_MAX: '1' } });
const SOON_MS = 1_000;

async function launch(): Promise<Desktop> {
  const page = await (await stage.profile()).signIn(await stage.person());
  return Desktop.launch(page, 'Terminal', stage.home);
}
const sessionOf = async ({ sessionId }: Desktop) =>
  (await stage.rest.get(`/api/sessions/${sessionId}`)).body;

describe('the queue', () => {
  it(
    'has no fault: where one waits, and in the lists of who waits and of who looks after all',
    { timeout: LOOKING_MS },
    async () => {
      await launch();
      const page = await (await stage.profile()).signIn(await stage.person());
      await cardOf(page, 'Terminal').click();
      await page.getByText('Yours is the next').waitFor();
      const faults = await faultsInEveryLook(page, 'waiting for a place');
      await page.getByRole('link', { name: 'Back to the apps' }).click();
      await page.getByRole('region', { name: 'Running now' }).waitFor();
      faults.push(...(await faultsInEveryLook(page, 'the apps of who waits')));
      await page.getByRole('navigation', { name: 'Main' }).getByText('Sessions').click();
      await page.getByText('Number 1 in the queue').waitFor();
      faults.push(...(await faultsInEveryLook(page, 'the sessions of who waits')));
      const admin = await (await stage.profile()).signIn(stage.administrator);
      await admin.goto(`${stage.sortie.url}/admin/sessions`);
      await admin.getByText('Number 1 in the queue').waitFor();
      faults.push(...(await faultsInEveryLook(admin, 'the queue to an administrator')));
      expect(faults).toEqual([]);
    },
  );
});

describe('the warning of a session’s end', () => {
  it('has no fault', { timeout: LOOKING_MS }, async () => {
    const desktop = await launch();
    const { page } = desktop;
    const { warn_at } = await sessionOf(desktop);
    await page.clock.setFixedTime(Date.parse(warn_at) + SOON_MS);
    const warning = page.getByRole('status').filter({ hasText: 'This session ends in' });
    await warning.getByRole('button', { name: 'Extend' }).waitFor();
    expect(await faultsInEveryLook(page, 'the warning')).toEqual([]);
  });
});

describe('a desktop that somebody else shows', () => {
  it(
    'has no fault for who may only watch, nor when it is over',
    { timeout: LOOKING_MS },
    async () => {
      // The desktop asks once more to be let in before it hears that there is nothing left.
      stage.expectComplaint(/status of 4(04|09) .*\/viewer-tickets\)$/);
      const { page, sessionId } = await launch();
      const person = await stage.person();
      const guest = await (await stage.profile()).signIn(person);
      await page.getByRole('toolbar').getByRole('button', { name: 'Share' }).click();
      const panel = page.getByRole('dialog', { name: 'Share' });
      await panel.getByLabel('Name').fill(person.name);
      await panel.getByRole('button', { name: 'Share', exact: true }).click();
      await panel.getByRole('listitem').filter({ hasText: person.name }).first().waitFor();
      const faults = await faultsInEveryLook(page, 'the owner’s list of guests');

      await guest.goto(`${stage.sortie.url}/shared/${sessionId}`);
      await new Desktop(guest, stage.home).connected();
      await guest.getByText('You are watching').waitFor();
      faults.push(...(await faultsInEveryLook(guest, 'watching')));
      await stage.rest.delete(`/api/sessions/${sessionId}`);
      await guest
        .getByRole('heading', { name: /^This (session is over|desktop is not)/ })
        .waitFor();
      faults.push(...(await faultsInEveryLook(guest, 'nothing more to watch')));
      expect(faults).toEqual([]);
    },
  );
});
