import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ProblemCode } from '#shared/contracts/problem.js';
import type { Role, Scope } from '#shared/es/operation.js';
import { whyNot } from '#shared/es/why-not.js';
import type { Authentication } from './authentication.js';
import { routerPathOf } from './declared-routes.js';
import { Problem } from './problem.js';
import type { RateLimits } from './register-routes.js';
import type { Caller } from './request-context.js';

/** A route that carries no JSON operation: the page, the documents, health, the event stream. */
export type RawRoute = Readonly<{
  method: 'GET';
  /** OpenAPI path; `*` at the end takes all below. */
  path: string;
  summary: string;
  allow: readonly Role[];
  /** What an API token needs for it; null where any will do. Without it, and not open to all, it is closed to tokens. */
  scope?: Scope | null;
  /** Costs work outside, so that it is limited as sign-ins are. */
  rate?: 'signIn';
  /** Media type of a good answer. */
  produces: string;
  /** OpenAPI parameters, where there are any. */
  parameters?: readonly object[];
  /** What can go wrong beside what can go wrong everywhere. */
  problems?: readonly ProblemCode[];
  handle: (request: FastifyRequest, reply: FastifyReply, caller: Caller) => unknown;
}>;

/** Registers raw routes; each one checks its own `allow` first. */
export function registerRawRoutes(
  server: FastifyInstance,
  routes: readonly RawRoute[],
  { authentication, limits }: Readonly<{ authentication: Authentication; limits: RateLimits }>,
): void {
  for (const route of routes) {
    const { method, path, allow, rate, produces, handle } = route;
    const rateLimit = rate && { max: limits.signInsPerMinute, timeWindow: 60_000 };
    server.route({
      method,
      url: routerPathOf(path),
      config: { allow, ...(rateLimit && { rateLimit }) },
      // A stream has no end that HEAD could wait for.
      exposeHeadRoute: produces !== 'text/event-stream',
      handler: async (request, reply) => {
        const isPublic = allow.includes('anonymous');
        const caller = isPublic
          ? authentication.nobody()
          : await authentication.callerOf(request, reply);
        requireOpen(route, caller);
        return handle(request, reply, caller);
      },
    });
  }
}

function requireOpen({ path: name, allow, scope }: RawRoute, caller: Caller): void {
  if (caller.actor.role === 'anonymous' && !allow.includes('anonymous')) {
    throw new Problem('SignInRequired', 'Sign in first.');
  }
  const forPeople = scope === undefined && { person: true as const };
  const closed = whyNot({ name, allow, scope: scope ?? null, ...forPeople }, caller);
  if (closed) throw new Problem(closed.code, closed.detail);
}
