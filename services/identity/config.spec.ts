import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { identityVariables, oidcOf } from './config.js';

const variables = z.object(identityVariables);

function read(env: Readonly<Record<string, string>>) {
  const parsed = variables.safeParse(env);
  const mistakes = parsed.success ? [] : parsed.error.issues.map(({ message }) => message);
  const oidc = parsed.success ? oidcOf(parsed.data, mistakes) : undefined;
  return { oidc, mistakes };
}

const whole = {
  SORTIE_OIDC_ISSUER: 'https://id.example.com/realms/people',
  SORTIE_OIDC_CLIENT_ID: 'sortie',
  SORTIE_OIDC_CLIENT_SECRET: 's3cret',
};

describe('signing in elsewhere', () => {
  it('is off unless it is asked for', () => {
    expect(read({})).toEqual({ oidc: undefined, mistakes: [] });
  });

  it('takes a provider, a client and a name', () => {
    const { oidc, mistakes } = read({ ...whole, SORTIE_OIDC_NAME: 'Example' });
    expect(mistakes).toEqual([]);
    expect(oidc).toMatchObject({
      ...{ clientId: 'sortie', clientSecret: 's3cret', name: 'Example' },
      ...{ registersNewPeople: true, allowHttp: false },
    });
    expect(read(whole).oidc?.name).toBe('id.example.com');
    const { oidc: refusing } = read({ ...whole, SORTIE_OIDC_NEW_PEOPLE: 'refuse' });
    expect(refusing?.registersNewPeople).toBe(false);
  });

  it.each([
    ['a client alone', { SORTIE_OIDC_CLIENT_ID: 'sortie' }, 'together'],
    ['a provider alone', { SORTIE_OIDC_ISSUER: 'https://id.example.com' }, 'together'],
    ['a secret alone', { SORTIE_OIDC_CLIENT_SECRET: 'x' }, 'together'],
    ['no address', { ...whole, SORTIE_OIDC_ISSUER: 'id.example.com' }, 'must be an address'],
    ['a query', { ...whole, SORTIE_OIDC_ISSUER: 'https://a.example/?x=1' }, 'without a query'],
    ['another scheme', { ...whole, SORTIE_OIDC_ISSUER: 'ftp://a.example' }, 'must be an address'],
    ['http', { ...whole, SORTIE_OIDC_ISSUER: 'http://localhost:1' }, 'https://'],
    [
      'http from elsewhere, allowed or not',
      { ...whole, SORTIE_OIDC_ISSUER: 'http://id.example.com', SORTIE_OIDC_ALLOW_HTTP: 'true' },
      'https://',
    ],
    ['something for new people', { ...whole, SORTIE_OIDC_NEW_PEOPLE: 'yes' }, 'register or refuse'],
    ['perhaps http', { ...whole, SORTIE_OIDC_ALLOW_HTTP: 'perhaps' }, 'true or false'],
  ])('is refused with %s', (_, env, told) => {
    expect(read(env).mistakes.join()).toContain(told);
  });

  it.each(['http://localhost:4000', 'http://127.0.0.1:4000', 'http://[::1]:4000'])(
    'may be tried out with %s',
    (issuer) => {
      const env = { ...whole, SORTIE_OIDC_ISSUER: issuer, SORTIE_OIDC_ALLOW_HTTP: 'true' };
      expect(read(env).mistakes).toEqual([]);
    },
  );
});
