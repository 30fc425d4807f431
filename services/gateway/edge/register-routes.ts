import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Bus, Operation, Reply, RequestContext, Role } from '#shared/es/operation.js';
import type { Authentication } from './authentication.js';
import { Problem } from './problem.js';
import { contextOf } from './request-context.js';
import { dataOf, expectedVersionOf } from './request-data.js';
import type { Route } from './route.js';
import { problemOfRefusal } from './server.js';

export type RateLimits = Readonly<{ writesPerMinute: number; signInsPerMinute: number }>;

export type Routing = Readonly<{
  routes: readonly Route[];
  bus: Bus;
  authentication: Authentication;
  limits: RateLimits;
}>;

/** Registers every declared route with the server; what a route does not declare, nobody can reach. */
export function registerRoutes(server: FastifyInstance, routing: Routing): void {
  for (const route of routing.routes) {
    server.route({
      method: route.method,
      url: route.path.replace(/\{([a-z_]+)\}/g, ':$1'),
      config: limitOf(route, routing.limits),
      handler: (request, reply) => handle(route, routing, request, reply),
    });
  }
}

/** Reads are cheap and unlimited; writes cost a place in the log for ever, and sign-ins a password hash. */
function limitOf({ method, rate }: Route, limits: RateLimits) {
  if (method === 'GET') return {};
  const max = rate === 'signIn' ? limits.signInsPerMinute : limits.writesPerMinute;
  return { rateLimit: { max, timeWindow: 60_000 } };
}

async function handle(
  route: Route,
  { bus, authentication }: Routing,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const caller = await authentication.callerOf(request, reply);
  requireSignIn(route.operation, caller.actor.role);
  const data = dataOf(route, request);
  const expectedVersion = expectedVersionOf(route, request.headers['if-match']);
  const context: RequestContext = {
    ...contextOf(request, caller),
    ...(expectedVersion !== undefined && { expectedVersion }),
  };
  if (route.perform) requireRole(route.operation, caller.actor.role);
  const answer = route.perform
    ? await route.perform(data, context, bus)
    : await bus.request(route.operation, data, context);
  if (answer.kind === 'rejected') throw problemOfRefusal(answer);
  return send(route, answer, { request, reply, context, bus });
}

function requireSignIn(operation: Operation<never, never>, role: string): void {
  if (role !== 'anonymous' || operation.allow.includes('anonymous')) return;
  throw new Problem('SignInRequired', 'Sign in with POST /api/sign-in, or on the page, first.');
}

/** The gateway's own queries have no service in front of them that would check the role; commands always go to one. */
function requireRole({ kind, allow, name }: Operation<never, never>, role: Role): void {
  if (kind === 'command' || allow.includes(role)) return;
  throw new Problem(
    'Forbidden',
    `${name} is for ${allow.join(', ')}; you are signed in as ${role}.`,
  );
}

async function send(
  route: Route,
  answer: Extract<Reply<never>, { kind: 'done' }>,
  answering: {
    request: FastifyRequest;
    reply: FastifyReply;
    context: RequestContext;
    bus: Bus;
  },
): Promise<FastifyReply> {
  const { request, reply } = answering;
  if (answer.version !== undefined && route.success !== 204) {
    const etag = `"${answer.version}"`;
    reply.header('etag', etag);
    if (route.method === 'GET' && request.headers['if-none-match'] === etag) {
      return reply.code(304).send();
    }
  }
  // The change is durable, but a read right after it may not show it yet (promise 5).
  if (answer.caughtUp === false) reply.header('sortie-read-model', 'behind');
  if (route.location) reply.header('location', route.location(answer.result));
  const body = route.answer ? await route.answer(answer.result, answering) : answer.result;
  if (route.success === 204) return reply.code(204).send();
  return reply.code(route.success).send(body);
}
