/** What a request brought back. */
export type Answer = Readonly<{
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  body: any;
}>;

type Options = Readonly<{ body?: unknown; headers?: Record<string, string> }>;

/** A REST client with a cookie jar of one cookie, as curl -b/-c would be. */
export class Client {
  readonly #url: string;
  #cookie = '';

  constructor(url: string) {
    this.#url = url;
  }

  get cookie(): string {
    return this.#cookie;
  }

  async request(method: string, path: string, { body, headers }: Options = {}): Promise<Answer> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(this.#cookie && { cookie: this.#cookie }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    for (const cookie of response.headers.getSetCookie()) this.#cookie = cookie.split(';')[0] ?? '';
    return { status: response.status, headers: response.headers, body: await contentOf(response) };
  }

  get = (path: string, options?: Options): Promise<Answer> => this.request('GET', path, options);
  post = (path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
    this.request('POST', path, { body, headers });
  put = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    this.request('PUT', path, { body, headers });
  delete = (path: string, headers: Record<string, string> = {}) =>
    this.request('DELETE', path, { headers });

  async signIn(name: string, password: string): Promise<this> {
    const { status, body } = await this.post('/api/sign-in', { name, password });
    if (status !== 200) throw new Error(`Sign-in answered ${status}: ${JSON.stringify(body)}`);
    return this;
  }
}

async function contentOf(response: Response): Promise<unknown> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return isJson && text !== '' ? JSON.parse(text) : text;
}
