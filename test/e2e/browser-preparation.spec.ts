// Goal: who waits for a desktop whose image is still to come sees how far it is, live, and then the desktop.
// Method: the whole server in this process, the built page in headless Chromium, real desktops; only that images take
// their time is made up, in front of the process driver, which has none. What Docker tells of a pull, its own specs say.
import { type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Host } from '#services/host.js';
import { cardOf, openBrowser, PATIENCE_MS, Profile } from '#test/support/browser.js';
import { Client } from '#test/support/client.js';
import { Desktop } from '#test/support/desktop.js';
import { FetchedImages } from '#test/support/fetched-images.js';
import { chosenFirst, sortieFolders } from '#test/support/sortie.js';
import { until } from '#test/support/waits.js';

const images = new FetchedImages();
vi.mock('#services/session/adapters/process-runtime-driver.js', async (original) => {
  const real =
    await original<typeof import('#services/session/adapters/process-runtime-driver.js')>();
  const openProcessRuntimeDriver: typeof real.openProcessRuntimeDriver = async (settings) =>
    images.inFrontOf(await real.openProcessRuntimeDriver(settings)) as never;
  return { ...real, openProcessRuntimeDriver };
});

const ROOT = new URL('../..', import.meta.url).pathname;

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let host: Host;
let browser: Browser;
let profile: Profile;
let rest: Client;
let administrator: Readonly<{ name: string; password: string }>;

beforeAll(async () => {
  folders = await sortieFolders();
  const { startHost } = await import('#services/host.js');
  const { readConfig } = await import('#services/config.js');
  const env = {
    SORTIE_DATA: folders.dataPath,
    SORTIE_RUNTIME_DIR: folders.runtimeDir,
    SORTIE_PORT: '0',
  };
  host = await startHost(readConfig([], env, ROOT), ROOT);
  browser = await openBrowser();
  const password = await chosenFirst(url(), host.firstAdministrator?.password ?? '');
  administrator = { name: 'admin', password };
  rest = await new Client(url()).signIn('admin', password);
});
afterEach(async () => {
  await profile.context.close();
  const { body } = await rest.get('/api/sessions');
  await Promise.all(
    body.sessions.map(({ id }: { id: string }) => rest.delete(`/api/sessions/${id}`)),
  );
  await images.nobodyWaits();
});
afterAll(async () => {
  await browser?.close();
  await host?.stop();
  await folders.remove();
});

const url = (): string => host.url ?? '';
/** Launches the terminal, whose image is not there yet. */
async function launch(): Promise<Page> {
  profile = await Profile.open(browser, url());
  const page = await profile.signIn(administrator);
  await cardOf(page, 'Terminal').click();
  await page.getByRole('heading', { name: 'Starting Terminal' }).waitFor();
  return page;
}
const barOn = (page: Page) => page.getByRole('progressbar', { name: 'Fetching the app’s image' });
const says = (page: Page, sentence: string) =>
  page.getByText(sentence).waitFor({ timeout: PATIENCE_MS });
const places = (page: Page) =>
  Promise.all(
    [
      page.getByRole('heading', { name: 'Starting Terminal' }),
      page.getByRole('button', { name: 'Cancel' }),
    ].map((part) => part.boundingBox()),
  );

describe('a session whose image is on its way', () => {
  it.each([
    ['wide', { width: 1280, height: 800 }],
    ['narrow', { width: 380, height: 700 }],
  ])('shows how far it is on a %s screen, and nothing else moves', async (_, size) => {
    const page = await launch();
    await page.setViewportSize(size);
    const before = await places(page);
    expect(await barOn(page).count()).toBe(0);
    await images.tell(0, 0);
    await barOn(page).waitFor();
    expect(await page.locator('progress:indeterminate').count()).toBe(1);
    await images.tell(126, 300);
    await says(page, 'Fetching the app’s image: 42 % (126 of 300 MB)');
    expect(await page.locator('progress:indeterminate').count()).toBe(0);
    expect(await barOn(page).getAttribute('value')).toBe('126000000');
    expect(await barOn(page).getAttribute('max')).toBe('300000000');
    expect(await places(page)).toEqual(before);
  });

  it('tells who listens at every quarter of the way only', async () => {
    const page = await launch();
    const status = page.getByRole('status').filter({ hasText: 'Fetching' });
    await images.tell(84, 300);
    await says(page, '28 % (84 of 300 MB)');
    expect(await status.textContent()).toMatch(/^Fetching the app’s image: 25\s%$/);
    await images.tell(147, 300);
    await says(page, '49 % (147 of 300 MB)');
    expect(await status.textContent()).toMatch(/^Fetching the app’s image: 25\s%$/);
    await images.tell(150, 300);
    await says(page, '50 % (150 of 300 MB)');
    expect(await status.textContent()).toMatch(/^Fetching the app’s image: 50\s%$/);
  });

  it('is told by the event stream: the page asks for nothing', async () => {
    const page = await launch();
    await images.tell(30, 300);
    await says(page, '10 % (30 of 300 MB)');
    await images.tell(60, 300);
    // Two seconds after the first: what the page reads again on news of the request, it has read by now.
    await says(page, '20 % (60 of 300 MB)');
    const asked: string[] = [];
    page.on('request', (request) => void asked.push(new URL(request.url()).pathname));
    await images.tell(90, 300);
    await says(page, '30 % (90 of 300 MB)');
    expect(asked.filter((path) => path.startsWith('/api/'))).toEqual([]);
  });

  it('shows the same after a reload, among the sessions and on the home screen', async () => {
    const page = await launch();
    await images.tell(126, 300);
    await says(page, '42 % (126 of 300 MB)');
    await page.reload();
    await says(page, '42 % (126 of 300 MB)');
    await page.getByRole('link', { name: 'Back to the apps' }).click();
    const tile = page.getByRole('link', { name: 'Return to Terminal' });
    await tile.getByText('42 %').waitFor();
    await page.getByRole('navigation').getByRole('link', { name: 'Sessions' }).click();
    const row = page.getByRole('listitem').filter({ hasText: 'Terminal' }).first();
    await row.getByText('Fetching the app’s image: 42 % (126 of 300 MB)').waitFor();
    await images.tell(150, 300);
    await row.getByText('50 % (150 of 300 MB)').waitFor();
    expect(await barOn(page).getAttribute('value')).toBe('150000000');
  });

  it('becomes the desktop once it is there, and no bar is left', async () => {
    const page = await launch();
    await images.tell(300, 300);
    await says(page, '100 % (300 of 300 MB)');
    await images.arrive();
    const desktop = new Desktop(page, folders.runtimeDir);
    await desktop.connected();
    expect(await page.getByRole('progressbar').count()).toBe(0);
    const { body } = await rest.get(`/api/sessions/${desktop.sessionId}`);
    expect(body).toMatchObject({ status: 'running', preparation: null });
  });

  it('can be cancelled, and fetches nothing more', async () => {
    const page = await launch();
    await images.tell(126, 300);
    await says(page, '42 % (126 of 300 MB)');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('heading', { name: 'This session is over' }).waitFor();
    expect(await page.getByRole('progressbar').count()).toBe(0);
  });
});

describe('the trail', () => {
  it('has the request and the outcome, and no line for every step between', async () => {
    const page = await launch();
    await images.tell(126, 300);
    await says(page, '42 % (126 of 300 MB)');
    await images.arrive();
    const desktop = new Desktop(page, folders.runtimeDir);
    await desktop.connected();
    const { sessionId } = desktop;
    const actions = await until('the start is in the trail', async () => {
      const { body } = await rest.get('/api/audit?limit=1000');
      const entries = body.entries as { action: string; resource_id: string }[];
      const own = entries.filter(({ resource_id }) => resource_id === sessionId);
      const names = own.map(({ action }) => action).toReversed();
      return names.includes('OPEN_VIEWER') && names;
    });
    // Who watches is told after it.
    expect(actions.slice(0, 4)).toEqual([
      ...['CREATE_SESSION', 'START_SESSION', 'ISSUE_VIEWER_TICKET', 'OPEN_VIEWER'],
    ]);
  });
});
