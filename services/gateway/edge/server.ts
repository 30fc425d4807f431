import fastifyCookie from '@fastify/cookie';
import fastifyRateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { namesThisServer, originsOf } from './origins.js';
import { isProblemCode, Problem, sendProblem } from './problem.js';
import { securityHeaders } from './security-headers.js';

const BODY_BYTES_MAX = 256 * 1_024;
const URL_PARAM_LENGTH_MAX = 128;
/** Longest time for a request to arrive whole; a slower one is a slow-loris. */
const REQUEST_DEADLINE_MS = 30_000;
const CONNECTIONS_MAX = 10_000;
const KEEP_ALIVE_MS = 65_000;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export type ServerOptions = Readonly<{
  publicUrl?: URL;
  /** Addresses whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[];
  onBroken: (error: unknown, request: FastifyRequest) => void;
}>;

/** Makes the HTTP server with everything that holds for all routes: limits, headers, origin checks and problem documents. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const server = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    routerOptions: { maxParamLength: URL_PARAM_LENGTH_MAX },
    requestTimeout: REQUEST_DEADLINE_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    forceCloseConnections: 'idle',
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    exposeHeadRoutes: false,
  });
  server.server.maxConnections = CONNECTIONS_MAX;
  await server.register(fastifyCookie);
  await server.register(fastifyRateLimit, {
    global: false,
    errorResponseBuilder: (_, { ttl }) =>
      new Problem('TooManyRequests', 'Too many requests from your address; wait a moment.', {
        retryAfterSeconds: ttl / 1_000,
      }),
  });
  server.addHook('onRequest', async (request, reply) => {
    const secure = options.publicUrl?.protocol === 'https:';
    reply.headers(securityHeaders(request.url, secure));
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
    requireOwnOrigin(request, options.publicUrl);
  });
  server.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    if (problem.code === 'Internal') options.onBroken(error, request);
    return sendProblem(reply, problem);
  });
  return server;
}

/**
 * Refuses requests that another site's page sent with this person's cookie (OWASP CSRF cheat sheet: Fetch Metadata
 * first, Origin for browsers without it), and all that name a host this server does not have.
 */
function requireOwnOrigin(request: FastifyRequest, publicUrl: URL | undefined): void {
  if (!namesThisServer(request.raw, publicUrl)) {
    const host = request.headers.host ?? 'none';
    throw new Problem(
      'MalformedRequest',
      `This server has no host "${host.slice(0, 80)}"; set SORTIE_PUBLIC_URL to the address that people use.`,
    );
  }
  if (SAFE_METHODS.has(request.method)) return;
  const site = request.headers['sec-fetch-site'];
  const { origin } = request.headers;
  const foreignSite = site !== undefined && site !== 'same-origin';
  const foreignOrigin = origin !== undefined && !originsOf(request.raw, publicUrl).includes(origin);
  if (foreignSite || foreignOrigin) {
    throw new Problem('CrossSite', 'Changes are taken from this server’s own pages only.');
  }
}

const FASTIFY_PROBLEMS: Readonly<Record<string, [code: Problem['code'], detail: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['BodyTooLarge', `A body takes at most ${BODY_BYTES_MAX} bytes.`],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'UnsupportedMediaType',
    'Send the body as JSON, with Content-Type: application/json.',
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['MalformedRequest', 'The body is empty; send a JSON object.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'MalformedRequest',
    'Content-Length does not match the body.',
  ],
  FST_ERR_CTP_INVALID_JSON_BODY: ['MalformedRequest', 'The body is no JSON.'],
  FST_ERR_MAX_PARAM_LENGTH: ['NotFound', 'No path is that long.'],
};

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (!(error instanceof Error)) return broken();
  const known = FASTIFY_PROBLEMS['code' in error ? String(error.code) : ''];
  if (known) return new Problem(...known);
  if (error instanceof SyntaxError) {
    return new Problem('MalformedRequest', `The body is no JSON: ${error.message}`);
  }
  if (error.name === 'LogUnavailableError' || error.name === 'BusUnavailableError') {
    return new Problem('Unavailable', error.message, { retryAfterSeconds: 1 });
  }
  if (error.name === 'CommitTooLargeError') return new Problem('BodyTooLarge', error.message);
  const status = 'statusCode' in error ? Number(error.statusCode) : 500;
  return status >= 400 && status < 500 ? new Problem('MalformedRequest', error.message) : broken();
}

// What exactly broke is for the log; a stranger learns nothing from it.
const broken = (): Problem =>
  new Problem('Internal', 'Something broke inside Sortie; its log has the details.');

/** The problem of a service's refusal. A code that the API does not know is a bug, and told as one. */
export function problemOfRefusal(refused: {
  code: string;
  detail: string;
  retryAfterSeconds?: number;
}): Problem {
  if (!isProblemCode(refused.code)) throw new Error(`No problem is called ${refused.code}`);
  const { code, detail, retryAfterSeconds } = refused;
  return new Problem(code, detail, { retryAfterSeconds });
}
