// Goal: everybody can use the page: WCAG 2.2 AA on every screen of the people's side, in both themes, on a desk and on
// a phone; the keyboard gets everywhere and the focus is never lost.
// Method: axe and the sizes of targets on the built page in headless Chromium, with real desktops.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { screenFaults, tooWide } from '#test/support/accessibility.js';
import { BrowserStage } from '#test/support/browser-stage.js';
import { cardOf, fillSignIn } from '#test/support/browser.js';
import { Desktop } from '#test/support/desktop.js';

const stage = new BrowserStage();

const VARIANTS = (['light', 'dark'] as const).flatMap((colorScheme) => [
  { name: `${colorScheme}, on a desk`, colorScheme, viewport: { width: 1280, height: 800 } },
  { name: `${colorScheme}, on a phone`, colorScheme, viewport: { width: 390, height: 844 } },
]);

type Visit = (page: Page) => Promise<unknown>;
const go =
  (path: string, heading: string): Visit =>
  async (page) => {
    await page.goto(`${stage.sortie.url}${path}`);
    await page.getByRole('heading', { name: heading, exact: true }).first().waitFor();
  };

/** The screens and what opens on them, in an order in which each can be reached from the one before. */
const SCREENS: readonly (readonly [name: string, visit: Visit])[] = [
  ['the apps', (page) => cardOf(page, 'Terminal').waitFor()],
  [
    'favourites',
    async (page) => {
      const star = page.getByRole('button', { name: 'Favourite Terminal' });
      if ((await star.getAttribute('aria-pressed')) === 'false') await star.click();
      await page.getByRole('region', { name: 'Favourites' }).waitFor();
    },
  ],
  [
    'a search without a match',
    async (page) => {
      await page.getByLabel('Search apps').fill('nothing like it');
      await page.getByText('Nothing matches').waitFor();
    },
  ],
  [
    'the account menu',
    async (page) => {
      await page.getByRole('button', { name: ': account' }).click();
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
    },
  ],
  [
    'the palette',
    async (page) => {
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+k');
      await page.getByRole('option').first().waitFor();
    },
  ],
  [
    'the palette without a match',
    async (page) => {
      await page.keyboard.type('zzzz');
      await page.getByText('Nothing matches “zzzz”').waitFor();
    },
  ],
  [
    'the keys',
    async (page) => {
      await page.keyboard.press('Escape');
      await page.getByRole('heading', { name: 'Apps', exact: true }).click();
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    },
  ],
  ['security', go('/account', 'Second factor')],
  [
    'setting up a second factor',
    async (page) => {
      await page.getByRole('button', { name: 'Set up a second factor' }).click();
      await page.getByRole('img', { name: 'QR code' }).waitFor();
    },
  ],
  [
    'sign-ins',
    async (page) => {
      await go('/account/sign-ins', 'Sign-ins')(page);
      await page.getByText('This one').waitFor();
    },
  ],
  ['tokens', go('/account/tokens', 'API tokens')],
  [
    'a new token',
    async (page) => {
      await page.getByRole('button', { name: 'New token' }).click();
      await page.getByRole('dialog', { name: 'New token' }).waitFor();
    },
  ],
  [
    'activity',
    async (page) => {
      await go('/account/activity', 'Activity')(page);
      await page.getByText('Sign in', { exact: true }).first().waitFor();
    },
  ],
  ['a program that asks', go('/device', 'Sign in a program')],
  ['a link that opens nothing', go('/shared#no-secret', 'This link does not open')],
  ['a page that there is not', go('/nowhere', 'There is no such page')],
  ['no sessions', go('/sessions', 'Sessions')],
];

const admin = (path: string, seen: string, heading: string): readonly [string, Visit] => [
  heading,
  async (page) => {
    await go(`/admin/${path}`, heading)(page);
    await page.getByText(seen).first().waitFor();
  },
];

/** What administrators see; operators and auditors see some of it. */
const ADMIN_SCREENS: readonly (readonly [name: string, visit: Visit])[] = [
  admin('', 'Terminal', 'Catalogue'),
  ['an app with its history', go('/admin/apps/painting', 'History')],
  admin('categories', 'Only administrators look after it.', 'Categories'),
  admin('users', 'Administrator', 'Users'),
  [
    'managing a user',
    async (page) => {
      await page
        .getByRole('button', { name: /^Manage/ })
        .first()
        .click();
      await page.getByRole('button', { name: 'Reset password' }).click();
      await page.getByRole('button', { name: 'Yes, reset password' }).waitFor();
    },
  ],
  admin('groups', 'Put in', 'Groups'),
  admin('sessions', 'Nothing is running', 'Sessions'),
  admin('audit', 'Day by day', 'Audit'),
  [
    'the trail as a table, and the details of an entry',
    async (page) => {
      await page.getByText('As a table').click();
      await page
        .getByRole('button', { name: /^Details of/ })
        .first()
        .click();
      // Not with a field half below the bar on top.
      await page.evaluate('scrollTo(0, 0)');
    },
  ],
  admin('analytics', 'Launches', 'Analytics'),
  admin('projections', 'Up to date', 'Projections'),
];

const TOOLS = ['Clipboard', 'Keys', 'Quality', 'Share'] as const;

describe.each(VARIANTS)('in $name', ({ colorScheme, viewport }) => {
  const options = { colorScheme, viewport, reducedMotion: 'reduce' };
  it('signing in has no fault', async () => {
    const page = await (await stage.profile(stage.sortie.url, options)).visit();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await screenFaults(page, 'sign in')).toEqual([]);
    stage.expectComplaint(/status of 401/);
    await fillSignIn(page, { name: 'nobody', password: 'nothing of the kind' });
    await page.getByText('do not match').waitFor();
    expect(await screenFaults(page, 'sign in, refused')).toEqual([]);
  });

  it('no screen has a fault', async () => {
    stage.expectComplaint(/status of 4(00|04|22)/);
    const page = await (
      await stage.profile(stage.sortie.url, options)
    ).signIn(await stage.person());
    const faults: string[] = [];
    for (const [name, visit] of SCREENS) {
      await visit(page);
      faults.push(...(await screenFaults(page, name)));
    }
    expect(faults).toEqual([]);
  });

  it('no screen of the administrators’ side has a fault', async () => {
    await furnish();
    const page = await (await stage.profile(stage.sortie.url, options)).signIn(stage.administrator);
    const faults: string[] = [];
    for (const [name, visit] of ADMIN_SCREENS) {
      await visit(page);
      faults.push(...(await tooWide(page, name)), ...(await screenFaults(page, name)));
    }
    expect(faults).toEqual([]);
  });

  it('a desktop with its tools has no fault, and neither has what lists it', async () => {
    const page = await (
      await stage.profile(stage.sortie.url, options)
    ).signIn(await stage.person());
    await Desktop.launch(page, 'Terminal', stage.home);
    const faults = await screenFaults(page, 'a desktop');
    for (const tool of TOOLS) {
      await page.getByRole('toolbar').getByRole('button', { name: tool }).click();
      const panel = page.getByRole('dialog', { name: tool });
      await panel.getByRole('heading').or(panel.locator('label')).first().waitFor();
      faults.push(...(await screenFaults(page, tool)));
      await page.keyboard.press('Escape');
    }
    await page.getByRole('link', { name: 'Back to the apps' }).click();
    await page.getByRole('region', { name: 'Running now' }).waitFor();
    faults.push(...(await screenFaults(page, 'a running app')));
    await page.getByRole('navigation').getByRole('link', { name: 'Sessions' }).click();
    await page.getByRole('link', { name: 'Open Terminal' }).waitFor();
    faults.push(...(await screenFaults(page, 'sessions')));
    await page.getByRole('button', { name: 'Stop Terminal' }).click();
    await page.getByRole('dialog', { name: 'Stop Terminal?' }).waitFor();
    faults.push(...(await screenFaults(page, 'a question')));
    await page.getByRole('button', { name: 'Yes, stop it' }).click();
    await page.getByText('It was stopped.').waitFor();
    faults.push(...(await screenFaults(page, 'past sessions')));
    expect(faults).toEqual([]);
  });
});

/** Puts in what the administrators' side has to show: an app with a past, a launch, a group with a member. */
async function furnish(): Promise<void> {
  await stage.person();
  const app = { id: 'painting', name: 'Painting', launch_type: 'url', url: 'https://example.com' };
  const made = await stage.rest.post('/api/apps', { ...app, visibility: 'approved' });
  if (made.status !== 201) return;
  const changed = { ...app, name: 'Paintings', visibility: 'approved', category: 'Arts' };
  const etag = made.headers.get('etag') ?? '';
  await stage.rest.put('/api/apps/painting', changed, { 'if-match': etag });
  await stage.rest.post('/api/apps/painting/launch', {});
  const group = await stage.rest.post('/api/groups', { name: 'Painters' });
  const { body } = await stage.rest.get('/api/users?role=user');
  await stage.rest.put(`/api/groups/${group.body.id}/members/${body.users[0].id}`, {});
}
