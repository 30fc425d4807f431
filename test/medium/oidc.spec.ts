// Goal: whoever the provider says somebody is gets in as that user, and as nobody else. Method: the real service on SQLite
// files and the SQLite log, asked over the in-process bus; a real OpenID Connect provider in this process, and a client
// that walks through it as a browser would.
import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DisableUser, ListUsers } from '#shared/contracts/identity.js';
import {
  FinishOidcSignIn,
  ListSignInProviders,
  StartOidcSignIn,
} from '#shared/contracts/ways-in.js';
import { SIGN_IN_LIFETIME_MS } from '#services/identity/domain/sign-in.js';
import { OIDC_STATE_LIFETIME_MS } from '#services/identity/process/oidc-sign-in.js';
import { asked } from '#test/support/catalog-host.js';
import {
  answerOf,
  type IdentityHost,
  openIdentityHost,
  resultOf,
} from '#test/support/identity-host.js';
import {
  OIDC_CLIENT,
  openOidcProvider,
  type RealProvider,
  walkThrough,
} from '#test/support/oidc-provider.js';

const CALLBACK = 'http://127.0.0.1:1/api/sign-in/oidc/callback';

let host: IdentityHost;
let provider: RealProvider;
beforeEach(async () => {
  provider = await openOidcProvider([CALLBACK]);
  host = await openIdentityHost({ oidc: settings() });
  // Tokens of the provider are as old as its own clock says.
  host.clock.ms = Date.now();
});
afterEach(async () => {
  await host.close();
  await provider.close();
});

const settings = (over: object = {}) => ({
  ...{ issuer: new URL(provider.issuer), clientId: OIDC_CLIENT.id, name: 'Example' },
  ...{ clientSecret: OIDC_CLIENT.secret, allowHttp: true, registersNewPeople: true },
  ...over,
});
const stranger = () => asked('anonymous', { ip: '10.0.0.1' });
const begin = async (to = '/') =>
  resultOf(await host.ask(StartOidcSignIn, { redirect_uri: CALLBACK, to }, stranger()));
const finish = (query: string, sealed_state: string) =>
  host.ask(FinishOidcSignIn, { query, sealed_state }, stranger());
/** Goes there and back as a person, and says what came of it. */
async function signIn(subject: string, name?: string) {
  provider.become({ subject, ...(name !== undefined && { name }) });
  const { url, sealed_state } = await begin();
  const query = new URL(await walkThrough(url, CALLBACK)).search.slice(1);
  return { query, sealed_state, reply: await finish(query, sealed_state) };
}
const users = async () => resultOf(await host.ask(ListUsers, { limit: 100 }, asked('admin'))).users;

describe('somebody from elsewhere', () => {
  it('becomes a user at the first sign-in, and is the same one at the next', async () => {
    const { reply } = await signIn('s-1', 'Ada');
    const first = resultOf(reply);
    expect(first).toMatchObject({
      ...{ to: '/', expires_at: new Date(host.clock.ms + SIGN_IN_LIFETIME_MS).toISOString() },
      user: { name: 'Ada', role: 'user', must_change_password: false },
    });
    expect(answerOf(await host.authenticate(first.token))).toBe('done');
    const again = resultOf((await signIn('s-1', 'Ada changed her name')).reply);
    expect(again.user).toEqual(first.user);
    expect(again.token).not.toBe(first.token);
    expect(await users()).toHaveLength(1);
  });

  it('is not whoever has the same name here, or an address that looks like it', async () => {
    const local = await host.register('ada', 'admin');
    const { user } = resultOf((await signIn('s-1', 'ada')).reply);
    const { user: other } = resultOf((await signIn('s-2', 'ADA@example.com')).reply);
    expect([user.name, other.name]).toEqual(['ada-2', 'ADA-3']);
    expect(new Set([local, user.id, other.id]).size).toBe(3);
    expect([user.role, other.role]).toEqual(['user', 'user']);
  });

  it('who comes twice at once becomes one user', async () => {
    provider.become({ subject: 's-1', name: 'ada' });
    const ways = await Promise.all([begin(), begin(), begin()]);
    const queries = await Promise.all(
      ways.map(async ({ url }) => new URL(await walkThrough(url, CALLBACK)).search.slice(1)),
    );
    const replies = await Promise.all(
      queries.map((query, n) => finish(query, ways[n]?.sealed_state ?? '')),
    );
    const ids = replies.map((reply) => resultOf(reply).user.id);
    expect(new Set(ids).size).toBe(1);
    expect(await users()).toHaveLength(1);
  });

  it('is the same one after a start', async () => {
    const { user } = resultOf((await signIn('s-1', 'ada')).reply);
    await host.restart();
    expect(resultOf((await signIn('s-1', 'ada')).reply).user).toEqual(user);
  });

  it('who was disabled here stays out', async () => {
    const { user, token } = resultOf((await signIn('s-1', 'ada')).reply);
    await host.ask(DisableUser, { user_id: user.id }, asked('console'));
    expect(answerOf(await host.authenticate(token))).toBe('SignInRequired');
    expect(answerOf((await signIn('s-1', 'ada')).reply)).toBe('UserDisabled');
  });

  it('whom the provider does not let in gets a sentence', async () => {
    provider.become(null);
    const { url, sealed_state } = await begin();
    const query = new URL(await walkThrough(url, CALLBACK)).search.slice(1);
    expect(query).toContain('error=access_denied');
    expect(answerOf(await finish(query, sealed_state))).toBe('OidcRefused');
    expect(await users()).toEqual([]);
  });

  it('can not sign in by a password that nobody has', async () => {
    const { user } = resultOf((await signIn('s-1', 'ada')).reply);
    for (const password of ['', 'null', 'undefined']) {
      expect(answerOf(await host.signIn(user.name, password))).toBe('SignInFailed');
    }
  });

  it('leaves the subject in no file as it is', async () => {
    await signIn('subject-that-is-about-a-person', 'ada');
    expect((await host.bytes()).includes('subject-that-is-about-a-person')).toBe(false);
  });
});

describe('the way back', () => {
  it('leads in once', async () => {
    const { query, sealed_state } = await signIn('s-1', 'ada');
    expect(answerOf(await finish(query, sealed_state))).toBe('OidcRefused');
  });

  it('leads nobody in who did not begin it: another browser’s state, a changed one, or none', async () => {
    provider.become({ subject: 's-1' });
    const [one, other] = [await begin(), await begin()];
    const query = new URL(await walkThrough(one.url, CALLBACK)).search.slice(1);
    const changed = `${one.sealed_state.slice(0, -2)}AA`;
    for (const sealed of [other.sealed_state, changed, '', 'x']) {
      expect(answerOf(await finish(query, sealed))).toBe('OidcRefused');
    }
    expect(answerOf(await finish(query, one.sealed_state))).toBe('done');
  });

  it('leads nobody in after ten minutes', async () => {
    provider.become({ subject: 's-1' });
    const { url, sealed_state } = await begin();
    const query = new URL(await walkThrough(url, CALLBACK)).search.slice(1);
    host.clock.ms += OIDC_STATE_LIFETIME_MS;
    expect(answerOf(await finish(query, sealed_state))).toBe('OidcRefused');
  });

  it.each(['', 'code=x', 'code=x&state=y', 'state=', 'error=%0d%0a', 'code=x&code=y', '%', 'a'])(
    'with %j leads nobody in',
    async (query) => {
      const { sealed_state } = await begin();
      expect(answerOf(await finish(query, sealed_state))).toBe('OidcRefused');
    },
  );

  it('carries nothing that a browser can read', async () => {
    const { url, sealed_state } = await begin('/sessions');
    const { searchParams } = new URL(url);
    expect(
      Buffer.from(sealed_state.split('.')[2] ?? '', 'base64url').toString('latin1'),
    ).not.toContain('/sessions');
    expect(searchParams.get('code_challenge_method')).toBe('S256');
    expect(searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    expect(searchParams.get('state')).toMatch(/^[\w-]{43}$/);
    expect(searchParams.get('nonce')).toMatch(/^[\w-]{43}$/);
    expect(sealed_state).not.toContain(searchParams.get('nonce') ?? '');
  });
});

describe('a provider', () => {
  it('is offered by its name, where there is one', async () => {
    const offered = async (at: IdentityHost) =>
      resultOf(await at.ask(ListSignInProviders, {}, stranger())).providers;
    expect(await offered(host)).toEqual([
      { id: 'oidc', name: 'Example', url: '/api/sign-in/oidc/start' },
    ]);
    const without = await openIdentityHost();
    try {
      expect(await offered(without)).toEqual([]);
      const asking = { redirect_uri: CALLBACK, to: '/' };
      expect(answerOf(await without.ask(StartOidcSignIn, asking, stranger()))).toBe('NotFound');
    } finally {
      await without.close();
    }
  });

  it('that is down gets a sentence', async () => {
    await provider.close();
    const asking = { redirect_uri: CALLBACK, to: '/' };
    expect(await host.ask(StartOidcSignIn, asking, stranger())).toMatchObject({
      code: 'OidcUnavailable',
      detail: expect.stringContaining('does not answer'),
    });
  });

  it('that goes down on the way gets a sentence, too', async () => {
    provider.become({ subject: 's-1' });
    const { url, sealed_state } = await begin();
    const query = new URL(await walkThrough(url, CALLBACK)).search.slice(1);
    await provider.close();
    expect(answerOf(await finish(query, sealed_state))).toBe('OidcUnavailable');
  });
});

it('people who were never here are refused where that is set, and those who were are not', async () => {
  const { user } = resultOf((await signIn('s-1', 'ada')).reply);
  const refusing = await openIdentityHost({ oidc: settings({ registersNewPeople: false }) });
  try {
    refusing.clock.ms = Date.now();
    const known = host;
    host = refusing;
    expect(answerOf((await signIn('s-2', 'otto')).reply)).toBe('OidcUnknownPerson');
    expect(await users()).toEqual([]);
    host = known;
    expect(resultOf((await signIn('s-1', 'ada')).reply).user.id).toBe(user.id);
  } finally {
    await refusing.close();
  }
});
