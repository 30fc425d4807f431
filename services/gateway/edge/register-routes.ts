import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Bus, Operation, Reply, RequestContext } from '#shared/es/operation.js';
import { type WhyNot, whyNot } from '#shared/es/why-not.js';
import { askedOf, keepingSequence, type PastSource } from './as-of.js';
import type { Authentication } from './authentication.js';
import { routerPathOf } from './declared-routes.js';
import { Problem } from './problem.js';
import { problemOfRefusal } from './problem-of-error.js';
import { type Caller, contextOf } from './request-context.js';
import { dataOf, expectedVersionOf, paramsOf } from './request-input.js';
import type { Answering, Route } from './route.js';

export type RateLimits = Readonly<{ writesPerMinute: number; signInsPerMinute: number }>;

export type Routing = Readonly<{
  routes: readonly Route[];
  bus: Bus;
  authentication: Authentication;
  limits: RateLimits;
  /** Where moments of the past are looked up. */
  past: PastSource;
}>;

/** Registers every declared route with the server; what a route does not declare, nobody can reach. */
export function registerRoutes(server: FastifyInstance, routing: Routing): void {
  for (const route of routing.routes) {
    server.route({
      method: route.method,
      url: routerPathOf(route.path),
      config: { allow: route.operation.allow, ...limitOf(route, routing.limits) },
      exposeHeadRoute: route.method === 'GET',
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
  { bus, authentication, past }: Routing,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { operation } = route;
  const found = await authentication.callerOf(request, reply);
  const caller = isForNobodyYet(operation) ? authentication.nobody() : found;
  const closed = whyNot(operation, caller);
  if (closed) throw await refusalOf(route, closed, { request, bus, caller });
  const { asOf, query } = await askedOf(route, request.query, past);
  const data = dataOf(route, request, query);
  const expectedVersion = expectedVersionOf(route, request.headers['if-match']);
  const context: RequestContext = {
    ...contextOf(request, caller),
    ...(expectedVersion !== undefined && { expectedVersion }),
    ...(asOf !== undefined && { asOf }),
  };
  // Nobody is handed anything: nothing is to be begun for it.
  if (route.produces && request.method === 'HEAD') return reply.code(route.success).send();
  const answer = route.perform
    ? await route.perform(data, context, bus)
    : await bus.request(operation, data, context);
  if (answer.kind === 'rejected') throw problemOfRefusal(answer);
  // What is put to the answer, as names are to ids, is part of it: a token that is not cut to look names up gets them here.
  const { tokenId: _token, scopes: _scopes, ...joining } = context;
  if (asOf !== undefined) reply.header('sortie-as-of', String(asOf));
  const told = { ...answer, result: keepingSequence(answer.result, asOf) };
  return send(route, told, { request, reply, context: joining, bus });
}

/** Who signs in is nobody yet, whatever cookie the browser still has. */
const isForNobodyYet = ({ allow }: Operation<never, never>): boolean =>
  allow.includes('anonymous') && !allow.includes('user');

/**
 * The problem for who may not. A service is asked all the same, with no more than the path says: it refuses,
 * too, and puts the attempt in the trail. What the gateway answers by itself is refused here.
 */
async function refusalOf(
  { operation, perform }: Route,
  { code, detail }: WhyNot,
  { request, bus, caller }: { request: FastifyRequest; bus: Bus; caller: Caller },
): Promise<Problem> {
  const { role } = caller.actor;
  if (role === 'anonymous') {
    return new Problem('SignInRequired', 'Sign in with POST /api/sign-in, or on the page, first.');
  }
  // A new password lets the person in again, which is no attempt at anything.
  const isAttempt = code !== 'PasswordChangeRequired' && operation.service !== 'gateway';
  if (!isAttempt) return new Problem(code, detail);
  const context = contextOf(request, caller);
  const data = paramsOf(request) as never;
  const answer = perform
    ? await perform(data, context, bus)
    : await bus.request(operation, data, context);
  if (answer.kind === 'rejected') return problemOfRefusal(answer);
  throw new Error(`${operation.name} was carried out for ${role}, who may not`);
}

async function send(
  route: Route,
  answer: Extract<Reply<never>, { kind: 'done' }>,
  answering: Answering,
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
