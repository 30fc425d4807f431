import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ProblemCode } from '#shared/contracts/problem.js';
import type { Role } from '#shared/es/operation.js';
import type { Authentication } from './authentication.js';
import { routerPathOf } from './declared-routes.js';
import { Problem } from './problem.js';
import type { Caller } from './request-context.js';

/** A route that carries no JSON operation: the page, the documents, health, the event stream. */
export type RawRoute = Readonly<{
  method: 'GET';
  /** OpenAPI path; `*` at the end takes all below. */
  path: string;
  summary: string;
  allow: readonly Role[];
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
  authentication: Authentication,
): void {
  for (const { method, path, allow, produces, handle } of routes) {
    server.route({
      method,
      url: routerPathOf(path),
      config: { allow },
      // A stream has no end that HEAD could wait for.
      exposeHeadRoute: produces !== 'text/event-stream',
      handler: async (request, reply) => {
        const isPublic = allow.includes('anonymous');
        const caller = isPublic
          ? authentication.nobody()
          : await authentication.callerOf(request, reply);
        const { role } = caller.actor;
        if (!allow.includes(role)) throw refusal(role, allow);
        return handle(request, reply, caller);
      },
    });
  }
}

const refusal = (role: Role, allow: readonly Role[]): Problem =>
  role === 'anonymous'
    ? new Problem('SignInRequired', 'Sign in first.')
    : new Problem('Forbidden', `This is for ${allow.join(', ')}; you are signed in as ${role}.`);
