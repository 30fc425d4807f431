import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { listProcesses } from '#services/session/adapters/process-table.js';
import { cardOf, PATIENCE_MS } from './browser.js';
import { until } from './waits.js';

type Size = { width: number; height: number };
/** What is used of a canvas; the tests' own types know no browser. */
type Canvas = Size & {
  getContext: (kind: '2d') => {
    getImageData: (...box: number[]) => { data: { buffer: ArrayBuffer } };
  };
};

/** Reads a file of a session's home folder on the host. */
export type HomeReader = (sessionId: string, file: string) => Promise<string | undefined>;

/** Reads the home folders of the process driver's sessions. */
export const processHome =
  (runtimeDir: string): HomeReader =>
  (sessionId, file) =>
    readFile(join(runtimeDir, sessionId, 'home', file), 'utf8').catch(() => undefined);

/** The desktop that a page shows, and what the X side of it knows, asked through its terminal. */
export class Desktop {
  readonly region: Locator;
  readonly #live: Locator;
  #questions = 0;

  readonly #readHome: HomeReader;

  /** `home` is the runtime folder of the process driver, or what reads the homes of another. */
  constructor(
    readonly page: Page,
    home: string | HomeReader,
  ) {
    this.#readHome = typeof home === 'string' ? processHome(home) : home;
    this.region = page.getByRole('region', { name: 'Desktop' });
    this.#live = this.region.locator('canvas:not(.still)');
  }

  /** Opens an app from the grid and waits for its live desktop. */
  static async launch(page: Page, name: string, home: string | HomeReader): Promise<Desktop> {
    await cardOf(page, name).click();
    const desktop = new Desktop(page, home);
    await desktop.connected();
    return desktop;
  }

  get sessionId(): string {
    return basename(new URL(this.page.url()).pathname);
  }

  async reaches(state: 'connected' | 'reconnecting' | 'ended'): Promise<void> {
    await this.page
      .locator(`[aria-label="Desktop"][data-state="${state}"]`)
      .waitFor({ timeout: PATIENCE_MS });
  }

  /** Waits until the desktop is live and the app has painted on it. */
  async connected(): Promise<void> {
    await this.reaches('connected');
    await until('the desktop shows something', async () => (await this.colors()) > 1, PATIENCE_MS);
  }

  /** The desktop's size in its own pixels, as the page has it. */
  async size(): Promise<Size> {
    const screen = this.region.locator('.screen');
    const width = Number(await screen.getAttribute('data-width'));
    const height = Number(await screen.getAttribute('data-height'));
    return { width, height };
  }

  /** Where the desktop's top left corner is on the page. */
  async place(): Promise<{ x: number; y: number }> {
    const { x = 0, y = 0 } = (await this.#live.boundingBox()) ?? {};
    return { x, y };
  }

  /** How many colours the picture has: a blank one has one. */
  colors(): Promise<number> {
    return this.#live.evaluate((canvas: Canvas) => {
      if (canvas.width === 0 || canvas.height === 0) return 0;
      const image = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(image.data.buffer)).size;
    });
  }

  /** Types a line into the desktop's focused window, key by key. */
  async type(line: string): Promise<void> {
    await this.#live.focus();
    await this.page.keyboard.type(`${line}\n`);
  }

  /** Reads a file of the session's home folder on the host. */
  readHome(file: string): Promise<string | undefined> {
    return this.#readHome(this.sessionId, file);
  }

  /** Waits for what a command of the shell wrote into a file: the shell makes an empty one before the command runs. */
  written(file: string): Promise<string> {
    return until(file, async () => (await this.readHome(file)) || false, PATIENCE_MS);
  }

  /** Has the terminal's own shell run a command and answers what that printed, read on the host. */
  async ask(command: string): Promise<string> {
    const file = `answer-${(this.#questions += 1)}-${Date.now()}`;
    await this.type(`{ ${command}; } >.new 2>&1; mv .new ${file}`);
    return (await until(command, () => this.readHome(file), PATIENCE_MS)).trim();
  }

  /** The size of the X screen, as an X client of the session sees it. */
  async screenSize(): Promise<Size> {
    const told = await this.ask('xwininfo -root');
    const field = (name: string) => Number(new RegExp(`${name}: (\\d+)`).exec(told)?.[1]);
    return { width: field('Width'), height: field('Height') };
  }

  /** Waits until page and X server agree on the size: each hears of a change in its own time. */
  async agreesOnSize(): Promise<void> {
    const agree = async () => isDeepStrictEqual(await this.size(), await this.screenSize());
    await until('page and X server agree on the size', agree, PATIENCE_MS);
  }

  /** The terminal's size in characters. */
  async terminalSize(): Promise<{ rows: number; columns: number }> {
    const [rows = 0, columns = 0] = (await this.ask('stty size')).split(' ').map(Number);
    return { rows, columns };
  }
}

/** Counts the live processes of a session from now on, also after its end. */
export function trackSession(runtimeDir: string, sessionId: string): () => number {
  const record = JSON.parse(
    readFileSync(join(runtimeDir, '.server', `${sessionId}.json`), 'utf8'),
  ) as { isolation: string; uid: number };
  const home = `HOME=${join(runtimeDir, sessionId)}/`;
  return () =>
    listProcesses().filter(({ pid, uids }) =>
      record.isolation === 'uid' ? uids.includes(record.uid) : environmentOf(pid).includes(home),
    ).length;
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}
