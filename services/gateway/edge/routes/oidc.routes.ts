import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  FinishOidcSignIn,
  ListSignInProviders,
  StartOidcSignIn,
} from '#shared/contracts/ways-in.js';
import { type Bus, type Reply, ROLES } from '#shared/es/operation.js';
import type { Authentication } from '../authentication.js';
import { sendOnward, sendProblemOnward } from '../onward.js';
import { originsOf } from '../origins.js';
import { ownPath } from '../own-path.js';
import { Problem } from '../problem.js';
import { problemOf, problemOfRefusal } from '../problem-of-error.js';
import type { RawRoute } from '../raw-route.js';
import { contextOf } from '../request-context.js';
import { type Route, route } from '../route.js';

const CALLBACK = '/api/sign-in/oidc/callback';

type Parts = Readonly<{ bus: Bus; authentication: Authentication; publicUrl: URL | undefined }>;

/** What the page offers beside a password. */
export const providerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/sign-in/providers',
    operation: ListSignInProviders,
    summary: 'Where people can sign in elsewhere; none unless it is set',
    tag: 'Sign-in',
    success: 200,
  }),
];

/** The way to an OpenID Connect provider and back, which a browser walks. */
export function oidcRoutes(parts: Parts): readonly RawRoute[] {
  return [
    {
      method: 'GET',
      path: '/api/sign-in/oidc/start',
      summary: 'Sends a browser to the sign-in provider',
      allow: ROLES,
      rate: 'signIn',
      produces: 'text/html',
      parameters: [
        {
          ...{ name: 'to', in: 'query', schema: { type: 'string' } },
          description: 'Path of this server to go to afterwards',
        },
      ],
      problems: ['NotFound', 'OidcUnavailable'],
      handle: (request, reply) => orOnward(request, reply, () => start(parts, request, reply)),
    },
    {
      method: 'GET',
      path: CALLBACK,
      summary: 'Where the sign-in provider sends the browser back to; sets the cookie',
      allow: ROLES,
      rate: 'signIn',
      produces: 'text/html',
      problems: ['NotFound', 'OidcUnavailable', 'OidcRefused', 'OidcUnknownPerson', 'UserDisabled'],
      handle: (request, reply) => orOnward(request, reply, () => finish(parts, request, reply)),
    },
  ];
}

async function start(
  { bus, authentication, publicUrl }: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const [origin = ''] = originsOf(request.raw, publicUrl);
  const to = ownPath((request.query as { to?: unknown }).to);
  const context = contextOf(request, authentication.nobody());
  const asked = { redirect_uri: `${origin}${CALLBACK}`, to };
  const { url, sealed_state } = resultOf(await bus.request(StartOidcSignIn, asked, context));
  authentication.setStateCookie(reply, sealed_state);
  return reply.redirect(url, 303);
}

async function finish(
  { bus, authentication }: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const sealed_state = authentication.takeStateCookie(request, reply);
  const [, query = ''] = request.url.split('?');
  const data = FinishOidcSignIn.data.safeParse({ query, sealed_state: sealed_state ?? '' });
  if (!data.success) throw new Problem('OidcRefused', 'This is no answer of a sign-in provider.');
  const context = contextOf(request, authentication.nobody());
  const finished = resultOf(await bus.request(FinishOidcSignIn, data.data, context));
  authentication.setCookie(reply, finished.token, finished.expires_at);
  return sendOnward(reply, finished.to);
}

function resultOf<R>(reply: Reply<R>): R {
  if (reply.kind === 'rejected') throw problemOfRefusal(reply);
  return reply.result;
}

async function orOnward(
  request: FastifyRequest,
  reply: FastifyReply,
  work: () => Promise<FastifyReply>,
): Promise<FastifyReply> {
  try {
    return await work();
  } catch (error) {
    const problem = problemOf(error);
    if (problem.code === 'Internal') throw error;
    return sendProblemOnward(request, reply, problem);
  }
}
