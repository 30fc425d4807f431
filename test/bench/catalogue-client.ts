import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { Client } from '#test/support/client.js';
import { APP_SPEC } from './catalogue-commits.js';
import { ask } from './load.js';

/** An app that there is now, with its version. */
export type Added = Readonly<{ path: string; etag: string }>;

/** Administrators who write into the catalogue, each through one gateway and one after the other thing. */
export class CatalogueClient {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #urls: readonly string[];
  readonly #cookie: string;
  /** Tells its apps from those of other clients. */
  readonly #name = randomUUID().slice(0, 8);
  /** By worker: the app that it has added and will change next, with its version. */
  readonly #added = new Map<number, Added>();
  #count = 0;

  private constructor(urls: readonly string[], cookie: string) {
    this.#urls = urls;
    this.#cookie = cookie;
  }

  /** Signs in; the sign-in holds at all gateways. */
  static async signIn(urls: readonly string[], password: string): Promise<CatalogueClient> {
    const { cookie } = await new Client(urls[0] ?? '').signIn('admin', password);
    return new CatalogueClient(urls, cookie);
  }

  /** Adds an app, or changes the one that this worker has added just before. */
  async write(worker: number): Promise<void> {
    const added = this.#added.get(worker);
    if (!added) {
      this.#added.set(worker, await this.add(worker));
      return;
    }
    this.#added.delete(worker);
    const headers = { 'if-match': added.etag };
    await this.#ask(worker, 'PUT', added.path, { body: this.#nextSpec(), headers });
  }

  /** Adds an app. */
  async add(worker: number): Promise<Added> {
    const spec = this.#nextSpec();
    const id = `${this.#name}-${this.#count}`;
    const { etag } = await this.#ask(worker, 'POST', '/api/apps', { body: { id, ...spec } });
    return { path: `/api/apps/${id}`, etag };
  }

  /** Reads an app. */
  async read(worker: number, { path }: Added): Promise<void> {
    await this.#ask(worker, 'GET', path);
  }

  close(): void {
    this.#agent.destroy();
  }

  #nextSpec() {
    this.#count += 1;
    return { ...APP_SPEC, name: `App number ${this.#count}` };
  }

  async #ask(
    worker: number,
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    { body, headers }: { body?: unknown; headers?: Record<string, string> } = {},
  ) {
    const answer = await ask({
      method,
      url: `${this.#urls[worker % this.#urls.length]}${path}`,
      headers: { cookie: this.#cookie, ...headers },
      ...(body !== undefined && { body }),
      agent: this.#agent,
    });
    if (answer.status >= 300) throw new Error(`${method} ${path} was answered ${answer.status}`);
    return answer;
  }
}
