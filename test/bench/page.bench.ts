// Goal: how long a person waits for the home screen, on a slow machine.
// Method: the built server with sixty apps in headless Chromium at a quarter of its speed, empty cache and a sign-in that
// is there; until the last card is shown and the search box takes a key, against a page with the same cards that is
// nothing but HTML. Alternating runs, medians.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, Profile } from '#test/support/browser.js';
import { administrator } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { type BenchRow, medianOf, rowOf } from './bench-row.js';

const RUNS = 9;
const WARM_UPS = 1;
const CARDS = 60;
const SLOWED = 4;

type Sample = Readonly<{ painted: number; usable: number }>;

/** Times the first look at the page; takes half a minute and needs Chromium. */
export async function benchPage(): Promise<BenchRow[]> {
  const folders = await sortieFolders();
  const sortie = await startSortie(folders);
  const plain = await servePlain();
  const browser = await openBrowser();
  const ours: Sample[] = [];
  const bare: Sample[] = [];
  try {
    const cookies = await prepare(sortie, browser);
    for (let run = 0; run < RUNS + WARM_UPS; run += 1) {
      ours.push(await timed(browser, sortie.url, cookies));
      bare.push(await timed(browser, plain.url, []));
    }
  } finally {
    await browser.close();
    plain.close();
    await sortie.end();
    await folders.remove();
  }
  const row = (what: string, step: keyof Sample): BenchRow => {
    const middle = (samples: readonly Sample[]) =>
      medianOf(samples.slice(WARM_UPS).map((sample) => sample[step]));
    return rowOf({
      ...{ what, unit: 'ms', baselineName: 'the same cards as bare HTML' },
      ...{ ours: middle(ours), baseline: middle(bare) },
      note: `${CARDS} cards, processor ${SLOWED} times slower, cold cache`,
    });
  };
  return [
    row('home screen: first contentful paint', 'painted'),
    row('home screen: all cards shown, search takes a key', 'usable'),
  ];
}

/** Fills the catalogue, and signs a browser in. Resolves with its cookies. */
async function prepare(sortie: Sortie, browser: Browser) {
  const admin = await administrator(sortie);
  for (let n = 0; n < CARDS; n += 1) {
    const category = `Category ${n % 8}`;
    await admin.post('/api/apps', { name: nameOf(n), category, url: 'https://a.example' });
  }
  const profile = await Profile.open(browser, sortie.url);
  await profile.signIn({ name: 'admin', password: sortie.password });
  const cookies = await profile.context.cookies();
  await profile.context.close();
  return cookies;
}

const nameOf = (n: number): string => `Application ${String(n).padStart(2, '0')}`;

async function timed(
  browser: Browser,
  url: string,
  cookies: Awaited<ReturnType<typeof prepare>>,
): Promise<Sample> {
  const context = await browser.newContext();
  await context.addCookies(cookies);
  const page = await context.newPage();
  try {
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWED });
    await page.goto(url, { waitUntil: 'commit' });
    await page.getByText(nameOf(CARDS - 1)).waitFor();
    await page.getByRole('searchbox').press('x');
    return { painted: await paintedAt(page), usable: await page.evaluate('performance.now()') };
  } finally {
    await context.close();
  }
}

const paintedAt = (page: Page): Promise<number> =>
  page.evaluate(`performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN`);

/** A server of one page: what any framework has to be measured by. */
async function servePlain(): Promise<{ url: string; close: () => void }> {
  const cards = Array.from({ length: CARDS }, (_, n) => `<li><button>${nameOf(n)}</button></li>`);
  const html = `<!doctype html><title>Apps</title><input type="search"><ul>${cards.join('')}</ul>`;
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
