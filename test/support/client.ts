/** What a request brought back. */
export type Answer = Readonly<{
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  body: any;
}>;

type Options = Readonly<{ body?: unknown; headers?: Record<string, string> }>;

/** What people chose in place of the password that they were given: nobody gets far with that one. */
const chosenFor = new Map<string, string>();

/** What somebody signs in with by now who was given a password, and may have chosen another one here. */
export const chosenPassword = (name: string, given: string): string =>
  chosenFor.get(`${name} ${given}`) ?? given;

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

  /** Signs in, as a person would: one who has to choose another password first does, and uses that one from then on. */
  async signIn(name: string, given: string): Promise<this> {
    const password = chosenPassword(name, given);
    const { status, body } = await this.post('/api/sign-in', { name, password });
    if (status !== 200) throw new Error(`Sign-in answered ${status}: ${JSON.stringify(body)}`);
    if (!body.user.must_change_password) return this;
    const chosen = `${given}, and my own`;
    chosenFor.set(`${name} ${given}`, chosen);
    return this.choosePassword(given, chosen);
  }

  /** Takes a password that nobody else knows, which a person with a given one must do first. */
  async choosePassword(given: string, chosen: string): Promise<this> {
    const change = { current_password: given, new_password: chosen };
    const { status, body } = await this.post('/api/me/password', change);
    if (status !== 204) throw new Error(`The change answered ${status}: ${JSON.stringify(body)}`);
    return this;
  }
}

async function contentOf(response: Response): Promise<unknown> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return isJson && text !== '' ? JSON.parse(text) : text;
}
