import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Readonly<Record<string, unknown>>;

/** What the next token of a {@link forgingProvider} differs in from a good one. */
export type Forgery = Readonly<{
  claims?: Json;
  header?: Json;
  /** Whose signature it has: the key that is published when absent. */
  by?: 'nobody' | 'another key' | { secret: string };
  /** What the token endpoint answers instead. */
  answer?: { status: number; body: Json };
}>;

const encoded = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const keyPair = () => generateKeyPairSync('rsa', { modulusLength: 2_048 });

function signatureOf(text: string, by: Forgery['by'], keys: Record<'own' | 'other', KeyObject>) {
  if (by === 'nobody') return '';
  if (typeof by === 'object') {
    return createHmac('sha256', by.secret).update(text).digest('base64url');
  }
  const key = by === 'another key' ? keys.other : keys.own;
  return sign('sha256', Buffer.from(text), key).toString('base64url');
}

/** An OpenID Connect provider that says of itself and hands out what a test wants. */
export async function forgingProvider(clientId: string, metadata: Json = {}) {
  const [own, other] = [keyPair(), keyPair()];
  const keys = { own: own.privateKey, other: other.privateKey };
  let forged: Forgery & { nonce?: string } = {};
  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const { status, body } = answers[path]?.() ?? { status: 404, body: {} };
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;

  const idToken = (): string => {
    const { header, claims, by, nonce } = forged;
    const seconds = Math.floor(Date.now() / 1_000);
    const text = [
      encoded({ alg: 'RS256', kid: 'one', ...header }),
      encoded({
        ...{ iss: issuer, aud: clientId, sub: 's-1', nonce, iat: seconds, exp: seconds + 300 },
        ...claims,
      }),
    ].join('.');
    return `${text}.${signatureOf(text, by, keys)}`;
  };
  const answers: Readonly<Record<string, () => { status: number; body: Json }>> = {
    '/.well-known/openid-configuration': () => ({
      status: 200,
      body: {
        ...{ issuer, authorization_endpoint: `${issuer}/auth`, jwks_uri: `${issuer}/jwks` },
        ...{ token_endpoint: `${issuer}/token`, response_types_supported: ['code'] },
        ...{ subject_types_supported: ['public'], ...metadata },
        id_token_signing_alg_values_supported: metadata[
          'id_token_signing_alg_values_supported'
        ] ?? ['RS256', 'none', 'HS256'],
      },
    }),
    '/jwks': () => ({
      status: 200,
      body: { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig' }] },
    }),
    '/token': () =>
      forged.answer ?? {
        status: 200,
        body: { access_token: 'a', token_type: 'Bearer', expires_in: 300, id_token: idToken() },
      },
  };
  return {
    issuer,
    /** What the next sign-in gets; `nonce` is the one that was asked for. */
    forge: (next: Forgery, nonce: string) => void (forged = { ...next, nonce }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
