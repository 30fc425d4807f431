import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Locator,
  type Page,
} from 'playwright-core';

const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  '--hide-scrollbars',
];
/** A machine that runs other suites beside this one answers late; it only ends the wait for what never comes. */
export const PATIENCE_MS = 60_000;

/** Starts the system's Chromium, headless. Throws a sentence that names the package when it is missing. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: getChromium(), args: FLAGS });
}

function getChromium(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, 'chromium')).find(isExecutable);
  if (found) return found;
  throw new Error(
    'The browser tests need chromium on PATH; on Debian or Ubuntu, as root: apt-get install chromium',
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

type Account = Readonly<{ name: string; password: string }>;

/** One person's browser profile: its own cookies, and everything that its pages complain about. */
export class Profile {
  /** Errors on the console, broken content security policy included, and scripts that threw. */
  readonly complaints: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly url: string,
  ) {
    context.setDefaultTimeout(PATIENCE_MS);
    context.on('console', (message) => {
      if (message.type() !== 'error') return;
      this.complaints.push(`${message.text()} (${message.location().url})`);
    });
    context.on('weberror', (error) => this.complaints.push(String(error.error())));
  }

  static async open(browser: Browser, url: string, options: object = {}): Promise<Profile> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      colorScheme: 'light',
      locale: 'en-GB',
      ...options,
    });
    return new Profile(context, url);
  }

  /** Opens a page of Sortie in a new tab. */
  async visit(path = '/'): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(`${this.url}${path}`);
    return page;
  }

  /** Opens Sortie in a new tab and signs in on its page. */
  async signIn(account: Account): Promise<Page> {
    const page = await this.visit();
    await fillSignIn(page, account);
    await page.getByRole('button', { name: ': account' }).waitFor();
    return page;
  }
}

/** Fills in the sign-in page and sends it. */
export async function fillSignIn(page: Page, { name, password }: Account): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Waits until something is to be seen; throws when it does not come. */
export const expectSeen = (locator: Locator): Promise<void> => locator.waitFor();

/** The card of an app in the grid. */
export const cardOf = (page: Page, name: string) =>
  page.locator('.cards').getByRole('button', { name, exact: true });
