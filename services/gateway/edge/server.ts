import fastifyCookie from '@fastify/cookie';
import fastifyRateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { IsTrusted } from './client-address.js';
import { isConsole } from './control-socket.js';
import { requireDeclaredRoutes } from './declared-routes.js';
import { acceptJsonOnly } from './json-body.js';
import { noSpans } from '#shared/es/spans.js';
import { requireOwnOrigin } from './origins.js';
import { Problem, sendProblem } from './problem.js';
import { answerBrokenHttp, BODY_BYTES_MAX, problemOf } from './problem-of-error.js';
import { type RequestTelemetry, traceRequests } from './request-trace.js';
import { securityHeaders } from './security-headers.js';

const URL_PARAM_LENGTH_MAX = 128;
/** Longest time for a request to arrive whole; a slower one is a slow-loris. */
const REQUEST_DEADLINE_MS = 30_000;
const HEADERS_DEADLINE_MS = 10_000;
/** How late that may be noticed. */
const DEADLINE_CHECK_MS = 5_000;
const CONNECTIONS_MAX = 10_000;
const KEEP_ALIVE_MS = 65_000;

export type ServerOptions = Readonly<{
  publicUrl?: URL;
  /** Proxies whose X-Forwarded-For is believed. */
  isTrustedProxy: IsTrusted;
  /** Told of every error that is nobody's expected answer. */
  onBroken: (error: unknown, request: FastifyRequest) => void;
  /** Who watches the requests; nobody when absent. */
  telemetry?: RequestTelemetry;
  /** For tests, which can't wait as long as a slow client may take. */
  requestDeadlineMs?: number;
}>;

/** Makes the HTTP server with everything that holds for all routes: limits, headers, origin checks and problem documents. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const requestTimeout = options.requestDeadlineMs ?? REQUEST_DEADLINE_MS;
  const server = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    routerOptions: { maxParamLength: URL_PARAM_LENGTH_MAX },
    requestTimeout,
    http: {
      connectionsCheckingInterval: Math.min(DEADLINE_CHECK_MS, requestTimeout),
      // Node takes the longer of the two for the whole request, whichever it was meant for.
      headersTimeout: Math.min(HEADERS_DEADLINE_MS, requestTimeout),
    },
    keepAliveTimeout: KEEP_ALIVE_MS,
    trustProxy: options.isTrustedProxy,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    // Fastify's own answer is no problem document.
    return503OnClosing: false,
    clientErrorHandler: answerBrokenHttp,
    frameworkErrors: (error, request, reply) => {
      addHeaders(options, request.url, reply);
      return sendProblem(reply, problemOf(error));
    },
  });
  server.server.maxConnections = CONNECTIONS_MAX;
  traceRequests(server, options.telemetry ?? { spans: noSpans });
  requireDeclaredRoutes(server);
  acceptJsonOnly(server);
  await server.register(fastifyCookie);
  await server.register(fastifyRateLimit, {
    global: false,
    // A unix socket has no address to count by.
    keyGenerator: ({ ip }) => ip ?? 'console',
    allowList: ({ raw }) => isConsole(raw),
    errorResponseBuilder: (_, { ttl }) =>
      new Problem('TooManyRequests', 'Too many requests from your address; wait a moment.', {
        retryAfterSeconds: ttl / 1_000,
      }),
  });
  let isClosing = false;
  server.addHook('preClose', async () => void (isClosing = true));
  server.addHook('onRequest', async (request, reply) => {
    addHeaders(options, request.url, reply);
    if (isClosing) {
      reply.header('connection', 'close');
      throw new Problem('Unavailable', 'This gateway is stopping; ask again.', {
        retryAfterSeconds: 1,
      });
    }
    requireOwnOrigin(request.raw, options.publicUrl);
  });
  server.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    if (problem.code === 'Internal') {
      request.trace.span.within(() => options.onBroken(error, request));
    }
    return sendProblem(reply, problem);
  });
  return server;
}

type WithHeaders = { headers: (values: Record<string, string>) => unknown };

function addHeaders({ publicUrl }: ServerOptions, url: string, reply: WithHeaders): void {
  reply.headers(securityHeaders(url, publicUrl?.protocol === 'https:'));
  if (url.startsWith('/api/')) reply.headers({ 'cache-control': 'no-store' });
}
