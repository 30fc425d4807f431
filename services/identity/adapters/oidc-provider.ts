import * as oidc from 'openid-client';

/** How long an answer of the provider may take. */
const ANSWER_DEADLINE_S = 5;
/** How long what the provider says of itself is believed. */
const DISCOVERED_FOR_MS = 60 * 60 * 1_000;
/** Clocks differ. */
const CLOCK_TOLERANCE_S = 30;
/** Signed with a key that only the provider has: no `none`, and nothing that the client's own secret could sign. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'EdDSA',
];
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

export type OidcSettings = Readonly<{
  issuer: URL;
  clientId: string;
  /** A client without one shows who it is by PKCE alone. */
  clientSecret: string | undefined;
  /** What people know the provider as. */
  name: string;
  /** Whether somebody who was never here before becomes a user. */
  registersNewPeople: boolean;
  /** To be tried out with a provider on this machine. */
  allowHttp: boolean;
}>;

/** What must come back unchanged for a sign-in that was begun. */
export type OidcExpected = Readonly<{
  state: string;
  nonce: string;
  verifier: string;
  redirectUri: string;
}>;

/** Who somebody is at the provider: the issuer and the subject together never change, and nobody else ever has them. */
export type OidcPerson = Readonly<{ issuer: string; subject: string; name: string | undefined }>;

/** The provider did not say who somebody is. The message is a sentence for people; what exactly came is in `cause`. */
export class OidcError extends Error {
  override readonly name = 'OidcError';
  readonly code: 'OidcUnavailable' | 'OidcRefused';

  constructor(code: OidcError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Signs people in at an OpenID Connect provider: authorization code, PKCE, state and nonce. */
export class OidcProvider {
  readonly settings: OidcSettings;
  readonly #now: () => Date;
  #discovered: { configuration: oidc.Configuration; at: number } | undefined;

  constructor(settings: OidcSettings, now: () => Date) {
    this.settings = settings;
    this.#now = now;
  }

  /** Where to send the browser, and what must come back with it. Errors: {@link OidcError}. */
  async begin(redirectUri: string): Promise<OidcExpected & { url: string }> {
    const configuration = await this.#configuration();
    const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
    const verifier = oidc.randomPKCECodeVerifier();
    const url = oidc.buildAuthorizationUrl(configuration, {
      ...{ redirect_uri: redirectUri, scope: 'openid profile', state, nonce },
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, state, nonce, verifier, redirectUri };
  }

  /** Who came back, as the provider's signature says. `query` is what the browser brought. Errors: {@link OidcError}. */
  async finish(query: string, expected: OidcExpected): Promise<OidcPerson> {
    const configuration = await this.#configuration();
    const url = new URL(expected.redirectUri);
    url.search = query;
    const checks = {
      ...{ expectedState: expected.state, expectedNonce: expected.nonce },
      ...{ pkceCodeVerifier: expected.verifier, idTokenExpected: true },
    };
    const tokens = await told(oidc.authorizationCodeGrant(configuration, url, checks), refused);
    const claims = tokens.claims();
    if (!claims) throw refused(undefined);
    const { iss: issuer, sub: subject, preferred_username: name } = claims;
    return { issuer, subject, name: typeof name === 'string' ? name : undefined };
  }

  async #configuration(): Promise<oidc.Configuration> {
    const at = this.#now().getTime();
    const known = this.#discovered;
    if (known && at - known.at < DISCOVERED_FOR_MS) return known.configuration;
    const configuration = await told(this.#discover(), unusable);
    this.#discovered = { configuration, at };
    return configuration;
  }

  async #discover(): Promise<oidc.Configuration> {
    const { issuer, clientId, clientSecret, allowHttp } = this.settings;
    const options = {
      timeout: ANSWER_DEADLINE_S,
      [oidc.customFetch]: onlyHttps(allowHttp),
      execute: allowHttp ? [oidc.allowInsecureRequests] : [],
    };
    const found = await oidc.discovery(issuer, clientId, undefined, undefined, options);
    const server = JSON.parse(JSON.stringify(found.serverMetadata())) as oidc.ServerMetadata;
    const offered = server.id_token_signing_alg_values_supported ?? ['RS256'];
    const algorithms = offered.filter((algorithm) => ALGORITHMS.includes(algorithm));
    if (algorithms.length === 0) {
      throw new OidcError(
        'OidcUnavailable',
        `The sign-in provider signs in no way that is accepted here; it offers ${offered.join(', ')}.`,
      );
    }
    const configuration = new oidc.Configuration(
      { ...server, id_token_signing_alg_values_supported: algorithms },
      clientId,
      { [oidc.clockTolerance]: CLOCK_TOLERANCE_S },
      clientAuthOf(server, clientSecret),
    );
    configuration.timeout = ANSWER_DEADLINE_S;
    configuration[oidc.customFetch] = onlyHttps(allowHttp);
    if (allowHttp) oidc.allowInsecureRequests(configuration);
    // Without an address to begin at there is nothing to go on with; this throws then.
    oidc.buildAuthorizationUrl(configuration, {});
    // Without it the signature would not be looked at, since the answer came straight from the provider.
    oidc.enableNonRepudiationChecks(configuration);
    return configuration;
  }
}

function clientAuthOf(server: oidc.ServerMetadata, secret: string | undefined): oidc.ClientAuth {
  if (secret === undefined) return oidc.None();
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  return methods.includes('client_secret_basic')
    ? oidc.ClientSecretBasic(secret)
    : oidc.ClientSecretPost(secret);
}

/** What the provider says of itself may name any address: nothing is asked over http that could be elsewhere. */
function onlyHttps(allowHttp: boolean): oidc.CustomFetch {
  return (address, options) => {
    const { protocol, hostname } = new URL(address);
    if (protocol === 'https:' || (allowHttp && LOOPBACK.test(hostname))) {
      return fetch(address, options as RequestInit);
    }
    throw new OidcError('OidcUnavailable', 'The sign-in provider names an address without https.');
  };
}

/** What the provider's answer broke on that it may not break on the next time. */
const PASSING = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
]);

async function told<T>(asking: Promise<T>, otherwise: (cause: unknown) => OidcError): Promise<T> {
  try {
    return await asking;
  } catch (cause) {
    const inner = cause instanceof Error && cause.cause;
    if (cause instanceof OidcError) throw cause;
    if (inner instanceof OidcError) throw inner;
    throw isPassing(cause) ? silent(cause) : otherwise(cause);
  }
}

const isPassing = (cause: unknown): boolean =>
  // Node's fetch says no more than TypeError when there is nobody.
  cause instanceof TypeError ||
  (cause instanceof oidc.ClientError && PASSING.has(String(cause.code)));

const silent = (cause: unknown) =>
  new OidcError('OidcUnavailable', 'The sign-in provider does not answer; try again later.', {
    cause,
  });
const unusable = (cause: unknown) =>
  new OidcError(
    'OidcUnavailable',
    'The sign-in provider is not the one that was set up, or says nothing of itself that can be used.',
    { cause },
  );
const refused = (cause: unknown) =>
  new OidcError('OidcRefused', 'The sign-in provider did not let you in; try again.', { cause });
