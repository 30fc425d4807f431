/** NATS can't be used now, or not like this; the message says where, why and what to do. */
export class NatsUnavailableError extends Error {
  override readonly name = 'NatsUnavailableError';
}

/** What the client library and Node.js name a failure, and the sentence's end for it. */
const REASONS: readonly (readonly [codes: RegExp, reason: string])[] = [
  [
    /^(CONNECTION_REFUSED|ECONNREFUSED)$/,
    'it refuses connections: check that the server runs and that this is its address',
  ],
  [/^ERR_INVALID_URL$/, 'this is no address: write it like nats://host:4222'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'no host has this name: check the address'],
  [
    /^(TIMEOUT|CONNECTION_TIMEOUT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/,
    'it does not answer: check the address, the network between, and that the server runs',
  ],
  [/^(ECONNRESET|EPIPE|DISCONNECT)$/, 'the connection broke off: check the network between'],
  [
    /^SERVER_OPT_NA$/,
    'it does not offer TLS, which was asked for: give the server a certificate, or take the certificate authority out of the settings',
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    'its certificate is for another name: use the name that is in the certificate',
  ],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, 'its certificate is not valid today: renew it'],
  [
    /SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|^TLS$|^ERR_(TLS|SSL|OSSL)|^CERT_/,
    'the TLS handshake failed: check that the certificate authority in the settings is the one that signed its certificate',
  ],
];

/** Turns what connecting threw into a sentence. `publicKey` names the user; secrets are in no error. */
export function connectFailure(
  servers: readonly string[],
  publicKey: string | undefined,
  cause: unknown,
): NatsUnavailableError {
  const where = `NATS at ${servers.map(withoutCredentials).join(', ')} can't be used`;
  const codes = codesOf(cause);
  if (codes.some((code) => /^(AUTHORIZATION_VIOLATION|AUTHENTICATION_)/.test(code))) {
    const who = publicKey ? `the user ${publicKey}` : 'a user without a key';
    return new NatsUnavailableError(
      `${where}: it refuses ${who}: check that the seed in the settings belongs to a user of the server's configuration.`,
      { cause },
    );
  }
  const known = REASONS.find(([pattern]) => codes.some((code) => pattern.test(code)));
  const reason = known?.[1] ?? (cause instanceof Error ? cause.message : String(cause));
  return new NatsUnavailableError(`${where}: ${reason}.`, { cause });
}

/** Tells whether trying again can't help until someone changes the settings. */
export function isRefusal(cause: unknown): boolean {
  return codesOf(cause).some((code) =>
    /^(AUTHORIZATION_VIOLATION|ERR_INVALID_URL|SERVER_OPT_NA|TLS|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(
      code,
    ),
  );
}

/** The innermost code says most, so it comes first. */
function codesOf(cause: unknown): string[] {
  const codes: string[] = [];
  let error: unknown = cause;
  while (error instanceof Error) {
    if ('code' in error) codes.unshift(String(error.code));
    error = 'chainedError' in error ? error.chainedError : error.cause;
  }
  return codes;
}

function withoutCredentials(server: string): string {
  return server.replace(/^([a-z]+:\/\/)?[^@/]*@/, '$1');
}
