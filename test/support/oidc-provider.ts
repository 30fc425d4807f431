import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Configuration } from 'oidc-provider';

export const OIDC_CLIENT = { id: 'sortie', secret: 'a secret of the two of them' } as const;

export type RealProvider = Awaited<ReturnType<typeof openOidcProvider>>;

type Person = Readonly<{ subject: string; name?: string }>;

/**
 * A real OpenID Connect provider on this machine, which asks nobody for a password: whoever comes is the person that
 * `become` named last.
 */
export async function openOidcProvider(redirectUris: readonly string[]) {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  let person: Person | null = null;
  const provider = new Provider(
    issuer,
    settingsFor(redirectUris, () => person),
  );
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return void answer(request, response);
    const result = person
      ? { login: { accountId: person.subject }, consent: {} }
      : { error: 'access_denied' };
    provider.interactionFinished(request, response, result).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  return {
    issuer,
    /** Who comes from now on; null for somebody whom the provider does not let in. */
    become: (next: Person | null) => void (person = next),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function settingsFor(redirectUris: readonly string[], now: () => Person | null): Configuration {
  return {
    clients: [
      {
        client_id: OIDC_CLIENT.id,
        client_secret: OIDC_CLIENT.secret,
        redirect_uris: [...redirectUris],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    claims: { openid: ['sub'], profile: ['preferred_username'] },
    // Without it a claim of the profile is handed out on another request only.
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    cookies: { keys: ['for tests'] },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: () => {
        const name = now()?.name;
        return { sub, ...(name !== undefined && { preferred_username: name }) };
      },
    }),
    loadExistingGrant: async (ctx) => {
      const { oidc } = ctx;
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId ?? '',
        accountId: oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
  };
}

/**
 * Walks through the provider as a browser would, with a cookie jar of its own, until it would be sent to an address that
 * begins with `until`; returns that address.
 */
export async function walkThrough(start: string, until: string): Promise<string> {
  const jar = new Map<string, string>();
  let address = start;
  for (let step = 0; step < 12; step += 1) {
    if (address.startsWith(until)) return address;
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(address, { redirect: 'manual', headers: { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      jar.set(name, value);
    }
    const next = response.headers.get('location');
    if (next === null) throw new Error(`${address}: ${response.status} ${await response.text()}`);
    address = new URL(next, address).href;
  }
  throw new Error(`The way ended at ${address}`);
}
