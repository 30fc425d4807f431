import { z } from 'zod';
import type { OidcSettings } from './adapters/oidc-provider.js';

const yesOrNo = z.enum(['true', 'false'], 'must be true or false');

/** The settings of signing in elsewhere, by the environment variable that each comes from. */
export const identityVariables = {
  SORTIE_OIDC_ISSUER: z
    .url({ protocol: /^https?$/, error: 'must be an address like https://id.example.com' })
    .transform((text) => new URL(text))
    .refine(({ search, hash, username }) => search + hash + username === '', {
      error: 'must be an address without a query, like https://id.example.com/realms/people',
    })
    .optional(),
  SORTIE_OIDC_CLIENT_ID: z.string().max(256).optional(),
  SORTIE_OIDC_CLIENT_SECRET: z.string().max(1_024).optional(),
  SORTIE_OIDC_NAME: z.string().max(64).optional(),
  SORTIE_OIDC_NEW_PEOPLE: z
    .enum(['register', 'refuse'], 'must be register or refuse')
    .default('register'),
  SORTIE_OIDC_ALLOW_HTTP: yesOrNo.default('false'),
};

const parsed = z.object(identityVariables);
type Settings = z.infer<typeof parsed>;

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Where people can sign in elsewhere; undefined when nowhere. Adds to `mistakes` what one setting alone can't tell. */
export function oidcOf(set: Settings, mistakes: string[]): OidcSettings | undefined {
  const { SORTIE_OIDC_ISSUER: issuer, SORTIE_OIDC_CLIENT_ID: clientId } = set;
  const allowHttp = set.SORTIE_OIDC_ALLOW_HTTP === 'true';
  if (issuer === undefined || clientId === undefined) {
    if (issuer ?? clientId ?? set.SORTIE_OIDC_CLIENT_SECRET) {
      mistakes.push('SORTIE_OIDC_ISSUER and SORTIE_OIDC_CLIENT_ID must be set together.');
    }
    return undefined;
  }
  if (issuer.protocol === 'http:' && !(allowHttp && LOOPBACK.test(issuer.hostname))) {
    mistakes.push(
      'SORTIE_OIDC_ISSUER must begin with https://; http is for trying out, with a provider on this machine and SORTIE_OIDC_ALLOW_HTTP=true.',
    );
  }
  return {
    ...{ issuer, clientId, clientSecret: set.SORTIE_OIDC_CLIENT_SECRET, allowHttp },
    name: set.SORTIE_OIDC_NAME ?? issuer.host,
    registersNewPeople: set.SORTIE_OIDC_NEW_PEOPLE === 'register',
  };
}
