// Goal: what looks like a sign-in at the provider and is none lets nobody in, and makes no user. Method: the real service,
// and a provider in this process that answers what an attacker would like it to; each forgery differs in one thing from
// the answer that does let in.
import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FinishOidcSignIn, StartOidcSignIn } from '#shared/contracts/ways-in.js';
import { asked } from '#test/support/catalog-host.js';
import { type Forgery, forgingProvider } from '#test/support/forging-provider.js';
import { answerOf, openIdentityHost, resultOf } from '#test/support/identity-host.js';

const CALLBACK = 'http://127.0.0.1:1/api/sign-in/oidc/callback';
const CLIENT = { clientId: 'sortie', clientSecret: 'a secret of the two of them' } as const;
const stranger = () => asked('anonymous', { ip: '10.0.0.1' });

async function stage(metadata: Readonly<Record<string, unknown>> = {}) {
  const provider = await forgingProvider(CLIENT.clientId, metadata);
  const host = await openIdentityHost({
    oidc: {
      ...{ ...CLIENT, issuer: new URL(provider.issuer), name: 'Forger' },
      ...{ allowHttp: true, registersNewPeople: true },
    },
  });
  host.clock.ms = Date.now();
  const begin = () => host.ask(StartOidcSignIn, { redirect_uri: CALLBACK, to: '/' }, stranger());
  /** Comes back with a code, and says what became of it; `added` is what else the browser brings. */
  const signIn = async (forgery: Forgery, added = '') => {
    const { url, sealed_state } = resultOf(await begin());
    const { searchParams } = new URL(url);
    provider.forge(forgery, searchParams.get('nonce') ?? '');
    const query = `code=x&state=${searchParams.get('state')}${added}`;
    return answerOf(await host.ask(FinishOidcSignIn, { query, sealed_state }, stranger()));
  };
  const close = async (): Promise<void> => {
    await host.close();
    await provider.close();
  };
  return { provider, host, begin, signIn, close };
}

const now = Math.floor(Date.now() / 1_000);

describe('an ID token', () => {
  let open: Awaited<ReturnType<typeof stage>>;
  beforeAll(async () => {
    open = await stage();
  });
  afterAll(() => open.close());

  it('that is good lets in: so the others are refused for what they differ in', async () => {
    expect(await open.signIn({})).toBe('done');
  });

  it.each<[string, Forgery]>([
    ['of another issuer', { claims: { iss: 'https://evil.example' } }],
    ['for another client', { claims: { aud: 'another' } }],
    ['for nobody', { claims: { aud: undefined } }],
    ['for several, and meant for another', { claims: { aud: ['sortie', 'b'], azp: 'b' } }],
    ['of another sign-in', { claims: { nonce: 'another' } }],
    ['without a nonce', { claims: { nonce: undefined } }],
    ['that has expired', { claims: { iat: now - 7_200, exp: now - 3_600 } }],
    ['that never expires', { claims: { exp: undefined } }],
    ['that is not valid yet', { claims: { nbf: now + 3_600 } }],
    ['without a subject', { claims: { sub: undefined } }],
    ['whose subject is a number', { claims: { sub: 7 } }],
    ['without a signature', { by: 'nobody' }],
    ['that says it needs none', { by: 'nobody', header: { alg: 'none' } }],
    ['that says so otherwise', { by: 'nobody', header: { alg: 'None' } }],
    ['signed with another key under the same name', { by: 'another key' }],
    ['signed with a key that is not known', { by: 'another key', header: { kid: 'two' } }],
    [
      'signed with the client’s own secret',
      { by: { secret: CLIENT.clientSecret }, header: { alg: 'HS256' } },
    ],
    [
      'that brings its own key',
      { by: 'another key', header: { jku: 'https://evil.example/jwks' } },
    ],
  ])('%s lets nobody in', async (_, forgery) => {
    expect(await open.signIn(forgery)).toBe('OidcRefused');
  });

  it.each<[string, Forgery, string]>([
    [
      'no ID token',
      { answer: { status: 200, body: { access_token: 'a', token_type: 'Bearer' } } },
      'OidcRefused',
    ],
    ['a refusal', { answer: { status: 400, body: { error: 'invalid_grant' } } }, 'OidcRefused'],
    ['a breakdown', { answer: { status: 500, body: {} } }, 'OidcUnavailable'],
  ])('is not there in %s', async (_, forgery, told) => {
    expect(await open.signIn(forgery)).toBe(told);
  });

  it('of none of them has made a user', async () => {
    const rows = await open.host.service.reader.selectFrom('users').select('id').execute();
    expect(rows).toHaveLength(1);
  });
});

describe('a provider', () => {
  const using = async (
    metadata: Readonly<Record<string, unknown>>,
    work: (open: Awaited<ReturnType<typeof stage>>) => Promise<void>,
  ): Promise<void> => {
    const open = await stage(metadata);
    try {
      await work(open);
    } finally {
      await open.close();
    }
  };

  it('that says who it is in its answer is not taken for another (RFC 9207)', async () => {
    await using({ authorization_response_iss_parameter_supported: true }, async (open) => {
      const iss = (issuer: string) => `&iss=${encodeURIComponent(issuer)}`;
      expect(await open.signIn({}, iss('https://evil.example'))).toBe('OidcRefused');
      expect(await open.signIn({})).toBe('OidcRefused');
      expect(await open.signIn({}, iss(open.provider.issuer))).toBe('done');
    });
  });

  it.each([
    ['is another one than was set', { issuer: 'https://evil.example' }, 'OidcUnavailable'],
    [
      'signs with shared secrets only',
      { id_token_signing_alg_values_supported: ['HS256', 'none'] },
      'OidcUnavailable',
    ],
    ['has no way to begin', { authorization_endpoint: undefined }, 'OidcUnavailable'],
  ])('that %s is not gone to', async (_, metadata, told) => {
    await using(metadata, async (open) => expect(answerOf(await open.begin())).toBe(told));
  });

  it('that names an address over http elsewhere is not asked there', async () => {
    await using({ token_endpoint: 'http://token.example/token' }, async (open) => {
      expect(await open.signIn({})).toBe('OidcUnavailable');
    });
    await using({ jwks_uri: 'http://keys.example/jwks' }, async (open) => {
      expect(await open.signIn({})).toBe('OidcUnavailable');
    });
  });
});
