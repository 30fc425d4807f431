import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { ProblemCode } from '#shared/contracts/problem.js';
import type { Bus, Operation, Reply, RequestContext } from '#shared/es/operation.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** What a route's last step may use to shape its answer. */
export type Answering = Readonly<{
  request: FastifyRequest;
  reply: FastifyReply;
  context: RequestContext;
  bus: Bus;
}>;

type RouteOf<D, R> = Readonly<{
  method: Method;
  /** OpenAPI path; `{field}` is a field of the operation's data. */
  path: string;
  operation: Operation<D, R>;
  summary: string;
  tag: string;
  success: 200 | 201 | 204;
  /** The body is this field of the data; without it the body (or the query of a GET) is all fields that are not in the path. */
  bodyField?: keyof D & string;
  /** Whether the caller has to say which version it changes. */
  ifMatch?: 'required' | 'optional';
  /** Whether the answer carries the resource's version as ETag. */
  hasVersion?: true;
  /** Where the new resource is. */
  location?: (result: R) => string;
  /** Carries the operation out in the gateway, where it takes several services. */
  perform?: (data: D, context: RequestContext, bus: Bus) => Promise<Reply<R>>;
  /** Turns the service's result into the body: names joined, cookies set. */
  answer?: (result: R, answering: Answering) => unknown;
  /** Shape of the body when `answer` changes it. */
  body?: z.ZodType;
  /** Media types of an answer that is no JSON: a stream, which HEAD is not handed. */
  produces?: readonly string[];
  /** What can go wrong beside what can go wrong everywhere. */
  problems?: readonly ProblemCode[];
  /** A name of {@link RATE_LIMITS}; writes and reads have their own when absent. */
  rate?: 'signIn';
}>;

/** A REST route: one operation of one service. Who may use it is declared by the operation alone. */
export type Route = RouteOf<never, never>;

/** Declares a route; the types of data and result are checked here and erased after. */
export const route = <D, R>(declared: RouteOf<D, R>): Route => declared as unknown as Route;

/** Names of the fields that are in a route's path. */
export const pathFields = (path: string): string[] =>
  [...path.matchAll(/\{([a-z_]+)\}/g)].map((match) => match[1] ?? '');
