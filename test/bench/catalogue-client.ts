import { Agent } from 'node:http';
import { Client } from '#test/support/client.js';
import { APP_SPEC } from './catalogue-commits.js';
import { ask } from './load.js';

/** Administrators who write into the catalogue, each through one gateway and one after the other thing. */
export class CatalogueClient {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #urls: readonly string[];
  readonly #cookie: string;
  /** By worker: the app that it has added and will change next, with its version. */
  readonly #added = new Map<number, { path: string; etag: string }>();
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
    this.#count += 1;
    const spec = { ...APP_SPEC, name: `App number ${this.#count}` };
    if (added) {
      this.#added.delete(worker);
      await this.#ask(worker, 'PUT', added.path, {
        body: spec,
        headers: { 'if-match': added.etag },
      });
      return;
    }
    const id = `load-${this.#count}`;
    const body = { id, ...spec };
    const { etag } = await this.#ask(worker, 'POST', '/api/apps', { body });
    this.#added.set(worker, { path: `/api/apps/${id}`, etag });
  }

  /** Reads one app. */
  async read(worker: number, id: string): Promise<void> {
    await this.#ask(worker, 'GET', `/api/apps/${id}`);
  }

  close(): void {
    this.#agent.destroy();
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
