import { v5 as uuidV5 } from 'uuid';
import { z } from 'zod';
import type { FinishOidcSignIn, StartOidcSignIn } from '#shared/contracts/ways-in.js';
import { rejected } from '#shared/boot/reply.js';
import { type Reply, type RequestContext, SYSTEM } from '#shared/es/operation.js';
import { OidcError, type OidcPerson, type OidcProvider } from '../adapters/oidc-provider.js';
import { externalIdentity } from '../domain/external-identity.js';
import { namesFor } from '../domain/external-name.js';
import { findLinkedUser } from '../read/external-identities.query.js';
import type { Identity } from '../tokens.js';
import { findById } from './names.js';
import { registerUser } from './register-user.js';
import { startSignIn } from './start-sign-in.js';

/** How long the way to the provider and back may take. */
export const OIDC_STATE_LIFETIME_MS = 10 * 60_000;
const SIGN_IN_ID_NAMESPACE = '5d0b6b34-2a36-5c0e-9b9a-6f8d1f0a2b11';
const REGISTRATION_NAMESPACE = '8c0f0c4e-4c69-5d55-8a05-7c3f6f5d9e20';
const PURPOSE = 'external identities';

/** What the browser carries, where it can neither read nor change it. */
const travelling = z.strictObject({
  ...{ state: z.string(), nonce: z.string(), verifier: z.string(), redirectUri: z.string() },
  ...{ to: z.string(), expiresAt: z.string() },
});

type Started = z.infer<typeof StartOidcSignIn.result>;
type Finished = z.infer<typeof FinishOidcSignIn.result>;

/** Says where to send a browser to sign in elsewhere, with what it has to bring back. */
export async function startOidcSignIn(
  { oidc, now, states }: Identity,
  { redirect_uri: redirectUri, to }: z.infer<typeof StartOidcSignIn.data>,
): Promise<Reply<Started>> {
  if (!oidc) return nowhere();
  return unlessRefused<Started>(async () => {
    const { url, ...expected } = await oidc.begin(redirectUri);
    const expiresAt = new Date(now().getTime() + OIDC_STATE_LIFETIME_MS).toISOString();
    const sealed_state = states.seal(JSON.stringify({ ...expected, to, expiresAt }));
    return { kind: 'done', result: { url, sealed_state } };
  });
}

/** Signs in who came back from the provider: the user that the issuer and subject stand for, or a new one. */
export async function finishOidcSignIn(
  identity: Identity,
  { query, sealed_state }: z.infer<typeof FinishOidcSignIn.data>,
  context: RequestContext,
): Promise<Reply<Finished>> {
  const { oidc } = identity;
  if (!oidc) return nowhere();
  const travelled = travelledIn(identity, sealed_state);
  if (!travelled) return tooLate();
  return unlessRefused<Finished>(async () => {
    const person = await oidc.finish(query, travelled);
    const found = await userOf(identity, { oidc, person }, context);
    if (typeof found !== 'string') return found;
    const known = await findById(identity, found);
    if (!known?.isActive) return rejected('UserDisabled', 'You are not a user here any more.');
    const shown = {
      known,
      credentialId: await linkIdOf(identity, person),
      // The same way there and back does not sign in twice.
      signInId: uuidV5(travelled.state, SIGN_IN_ID_NAMESPACE),
    };
    const reply = await startSignIn(identity, shown, context);
    return reply.kind === 'rejected'
      ? reply
      : { ...reply, result: { ...reply.result, to: travelled.to } };
  });
}

function travelledIn({ states, now }: Identity, sealed: string) {
  const opened = states.open(sealed);
  const parsed = travelling.safeParse(opened === undefined ? undefined : JSON.parse(opened));
  if (!parsed.success || parsed.data.expiresAt <= now().toISOString()) return undefined;
  return parsed.data;
}

/** By what can't change and nobody else can have: never by a name or an address, which people choose. */
const linkIdOf = ({ keys }: Identity, { issuer, subject }: OidcPerson): Promise<string> =>
  keys.makeSlot(PURPOSE, JSON.stringify([issuer, subject]));

async function userOf(
  identity: Identity,
  { oidc, person }: { oidc: OidcProvider; person: OidcPerson },
  context: RequestContext,
): Promise<string | Reply<never>> {
  const linkId = await linkIdOf(identity, person);
  const linked = await findLinkedUser(identity.reader, linkId);
  if (linked !== undefined) return linked;
  if (!oidc.settings.registersNewPeople) {
    return rejected('OidcUnknownPerson', 'You are not a user here; ask an administrator.');
  }
  const registered = await register(identity, { linkId, person }, context);
  if (typeof registered !== 'string') return registered;
  const { issuer, subject: plain } = person;
  const subject = (await identity.personal.seal(registered, 'oidc_subject', plain)) ?? '';
  const outcome = await identity.commands.handle(externalIdentity, {
    aggregate: 'external',
    id: linkId,
    command: {
      type: 'LinkExternalIdentity',
      data: { linkId, userId: registered, issuer, subject },
    },
    context: {
      ...context,
      actor: SYSTEM,
      commandId: uuidV5(`${linkId}/link`, REGISTRATION_NAMESPACE),
    },
  });
  if (outcome.kind === 'rejected') return outcome;
  // Somebody who came at the same time was faster, or a start before this one had got so far.
  return (await findLinkedUser(identity.database.primary, linkId)) ?? registered;
}

/** Registers a user without a password under the first name that is free. Doing it again finds the one that there is. */
async function register(
  identity: Identity,
  { linkId, person }: { linkId: string; person: OidcPerson },
  context: RequestContext,
): Promise<string | Reply<never>> {
  let last: Reply<never> = nowhere();
  for (const [n, name] of namesFor(person.name, linkId.slice(0, 8)).entries()) {
    const commandId = uuidV5(`${linkId}/${n}`, REGISTRATION_NAMESPACE);
    const user = { name, role: 'user', password: null, mustChange: false } as const;
    const reply = await registerUser(identity, user, { ...context, actor: SYSTEM, commandId });
    if (reply.kind === 'done') return reply.result.user.id;
    last = reply;
  }
  return last;
}

async function unlessRefused<R>(work: () => Promise<Reply<R>>): Promise<Reply<R>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OidcError) return rejected(error.code, error.message);
    throw error;
  }
}

const nowhere = () => rejected('NotFound', 'There is no sign-in provider here.');
const tooLate = () =>
  rejected(
    'OidcRefused',
    'This sign-in was not begun in this browser, or too long ago; try again.',
  );
