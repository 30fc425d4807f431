import { request } from 'node:http';
import { join } from 'node:path';
import { SCOPES } from '#shared/es/operation.js';
import type { AskedRoute } from './asked-routes.js';
import { Client } from './client.js';
import { administrator, newPerson, PASSWORD } from './people.js';
import type { Sortie } from './sortie.js';

/** What a request was answered with, as far as who may is concerned. */
export type Verdict = Readonly<{ status: number; code: string; body: string }>;
/** Somebody who asks for a route. */
export type Walker = (route: AskedRoute, path: string) => Promise<Verdict>;

/** Their sign-in is over after these. */
const ENDING = new Set(['SignOut', 'SignOutEverywhere']);
const CATEGORY = 'Office';
const GIVEN = 'given by somebody else 17';

/**
 * One person or program for each way of being let in: by role, before the password was chosen, with a category to look
 * after, with API tokens of an administrator's (all scopes, and those that read), and at the control socket.
 */
export async function walkersOf(sortie: Sortie): Promise<Readonly<Record<string, Walker>>> {
  const { url } = sortie;
  const admin = await administrator(sortie);
  for (const role of ['user', 'auditor', 'operator'] as const) {
    await newPerson(url, admin, { name: role, role });
  }
  const editor = await newPerson(url, admin, { name: 'editor' });
  await admin.put(`/api/categories/${CATEGORY}/administrators/${editor.id}`, {});
  await admin.post('/api/users', { name: 'new', role: 'user', password: GIVEN });
  const tokenFor = async (name: string, scopes: readonly string[]): Promise<string> => {
    const { status, body } = await admin.post('/api/me/tokens', { name, scopes });
    if (status !== 201) throw new Error(`POST /api/me/tokens: ${status} ${JSON.stringify(body)}`);
    return body.token;
  };
  const reading = SCOPES.filter((scope) => scope.endsWith(':read'));
  return {
    anonymous: withCookie(url),
    new: asPerson(url, async () => {
      const client = new Client(url);
      await client.post('/api/sign-in', { name: 'new', password: GIVEN });
      return client;
    }),
    user: asPerson(url, () => new Client(url).signIn('user', PASSWORD)),
    category: asPerson(url, () => new Client(url).signIn('editor', PASSWORD)),
    auditor: asPerson(url, () => new Client(url).signIn('auditor', PASSWORD)),
    operator: asPerson(url, () => new Client(url).signIn('operator', PASSWORD)),
    admin: asPerson(url, () => administrator(sortie)),
    token: asToken(url, await tokenFor('all', SCOPES)),
    reader: asToken(url, await tokenFor('reading', reading)),
    console: atConsole(join(sortie.dataPath, 'control.sock')),
  };
}

/** Asks with a cookie, or as nobody, and cuts what would go on. */
export const withCookie =
  (url: string, cookie = ''): Walker =>
  (route, path) =>
    ask(new URL(path, url), route, cookie ? { cookie } : {});

/** Signs in when there is a sign-in to be had, and again when it was ended. */
function asPerson(url: string, signIn: () => Promise<Client>): Walker {
  let client: Promise<Client> | undefined;
  return async (route, path) => {
    client ??= signIn();
    const { cookie } = await client;
    const verdict = await ask(new URL(path, url), route, { cookie });
    if (ENDING.has(route.operation ?? '')) client = undefined;
    return verdict;
  };
}

const asToken =
  (url: string, token: string): Walker =>
  (route, path) =>
    ask(new URL(path, url), route, { authorization: `Bearer ${token}` });

const atConsole =
  (socketPath: string): Walker =>
  (route, path) =>
    ask(new URL(path, 'http://localhost'), route, {}, socketPath);

function ask(
  url: URL,
  { method, isStream, body }: AskedRoute,
  headers: Record<string, string>,
  socketPath?: string,
): Promise<Verdict> {
  const content = body === undefined ? undefined : JSON.stringify(body);
  const options = {
    ...{ method, agent: false, path: `${url.pathname}${url.search}` },
    ...(socketPath === undefined ? { host: url.hostname, port: url.port } : { socketPath }),
    headers: {
      ...headers,
      ...(content !== undefined && {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(content)),
      }),
      // Any version will do.
      'if-match': '*',
    },
  };
  return new Promise((resolve, reject) => {
    const asking = request(options, (response) => {
      const status = response.statusCode ?? 0;
      if (isStream && status === 200) {
        response.destroy();
        resolve({ status, code: '', body: '' });
        return;
      }
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({ status, code: codeOf(response.headers, text), body: text }),
      );
      response.on('error', reject);
    });
    asking.on('error', reject);
    asking.end(content);
  });
}

const codeOf = (headers: NodeJS.Dict<string | string[]>, text: string): string =>
  String(headers['content-type']).includes('problem+json')
    ? (JSON.parse(text) as { code: string }).code
    : '';
