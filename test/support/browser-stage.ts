import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { openBrowser, Profile } from './browser.js';
import { Client } from './client.js';
import { type HomeReader, processHome, trackSession } from './desktop.js';
import { sortieFolders, startSortie, type Sortie } from './sortie.js';

type Account = Readonly<{ name: string; password: string }>;

/** The page asks once who is signed in, and the browser itself reports the answer "nobody" on its console. */
const ASKED_BEFORE_SIGN_IN = /status of 401 .*\/api\/me\)$/;

/** What desktops run as, and how a test looks into them. */
export type StageRuntime = Readonly<{
  env: Record<string, string>;
  home: (runtimeDir: string) => HomeReader;
  trackSession: (runtimeDir: string, sessionId: string) => Promise<() => number>;
}>;

/** Desktops as local processes. */
export const PROCESS_RUNTIME: StageRuntime = {
  env: {},
  home: processHome,
  trackSession: async (runtimeDir, sessionId) => trackSession(runtimeDir, sessionId),
};

/** The built server and a browser for a spec file; every test ends with no complaint and no session left. */
export class BrowserStage {
  browser!: Browser;
  sortie!: Sortie;
  /** Speaks REST as the first administrator, to prepare what a test is not about. */
  rest!: Client;
  readonly #profiles: Profile[] = [];
  #expected: RegExp[] = [];
  #people = 0;
  readonly #runtime: StageRuntime;

  constructor(runtime: StageRuntime = PROCESS_RUNTIME) {
    this.#runtime = runtime;
    let folders: Awaited<ReturnType<typeof sortieFolders>>;
    beforeAll(async () => {
      folders = await sortieFolders();
      this.sortie = await startSortie({ ...folders, env: runtime.env });
      this.browser = await openBrowser();
      this.rest = await this.#signInRest();
    });
    afterEach(() => this.#clean());
    afterAll(async () => {
      await this.browser.close();
      await this.sortie.end();
      await folders.remove();
    });
  }

  /** Reads files of sessions' homes. */
  get home(): HomeReader {
    return this.#runtime.home(this.sortie.runtimeDir);
  }

  /** Counts the live processes of a session from now on, also after its end. */
  trackSession(sessionId: string): Promise<() => number> {
    return this.#runtime.trackSession(this.sortie.runtimeDir, sessionId);
  }

  get administrator(): Account {
    return { name: 'admin', password: this.sortie.password };
  }

  /** Opens an own browser profile, at the server or at another address of it; `options` are Playwright's. */
  async profile(url = this.sortie.url, options: object = {}): Promise<Profile> {
    const profile = await Profile.open(this.browser, url, options);
    this.#profiles.push(profile);
    return profile;
  }

  /** Makes a user who has chosen a password already. */
  async person(): Promise<Account> {
    const name = `person-${(this.#people += 1)}`;
    // One for each: the client remembers what was chosen by what was given.
    const first = `given-by-an-administrator-${this.#people}`;
    const { status, body } = await this.rest.post('/api/users', {
      name,
      role: 'user',
      password: first,
    });
    if (status !== 201)
      throw new Error(`Adding ${name} answered ${status}: ${JSON.stringify(body)}`);
    await new Client(this.sortie.url).signIn(name, first);
    return { name, password: `${first}, and my own` };
  }

  /** Lets a test's pages complain of something that the test provokes. */
  expectComplaint(...expected: RegExp[]): void {
    this.#expected.push(...expected);
  }

  /** Kills the server as a crash would; `start` brings it back on the same folders. */
  async kill(): Promise<{ start: () => Promise<void> }> {
    const { password, ...rest } = this.sortie;
    await this.sortie.end('SIGKILL');
    return {
      start: async () => {
        this.sortie = await startSortie({ ...rest, env: this.#runtime.env }, password);
        this.rest = await this.#signInRest();
      },
    };
  }

  async #signInRest(): Promise<Client> {
    const { name, password } = this.administrator;
    return new Client(this.sortie.url).signIn(name, password);
  }

  async #clean(): Promise<void> {
    const profiles = this.#profiles.splice(0);
    const expected = [ASKED_BEFORE_SIGN_IN, ...this.#expected.splice(0)];
    for (const { context } of profiles) await context.close();
    for (const status of ['creating', 'running']) {
      const { body } = await this.rest.get(`/api/sessions?scope=all&status=${status}`);
      const sessions = body.sessions as { id: string }[];
      await Promise.all(sessions.map(({ id }) => this.rest.delete(`/api/sessions/${id}`)));
    }
    const unexpected = profiles
      .flatMap(({ complaints }) => complaints)
      .filter((complaint) => !expected.some((pattern) => pattern.test(complaint)));
    if (unexpected.length > 0) throw new Error(`The pages complained:\n${unexpected.join('\n')}`);
  }
}
