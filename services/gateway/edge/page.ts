import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { Problem, sendProblem } from './problem.js';
import type { RawRoute } from './raw-route.js';

const YEAR_MS = 365 * 24 * 3_600_000;
const everyone = ['anonymous', 'user', 'admin', 'operator', 'system'] as const;

const DOCS_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sortie API</title>
<link rel="stylesheet" href="/api/docs/assets/swagger-ui.css">
<div id="docs"></div>
<script src="/api/docs/assets/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</html>
`;
const DOCS_SCRIPT = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#docs', deepLinking: true });\n`;

/** The page to try the API on: Swagger UI, served from here and not from elsewhere. */
export const docsRoutes: readonly RawRoute[] = [
  {
    method: 'GET',
    path: '/api/docs',
    summary: 'A page to read and try the API',
    allow: everyone,
    produces: 'text/html',
    handle: (_, reply) => reply.type('text/html; charset=utf-8').send(DOCS_PAGE),
  },
  {
    method: 'GET',
    path: '/api/docs/start.js',
    summary: 'Starts that page',
    allow: everyone,
    produces: 'text/javascript',
    handle: (_, reply) => reply.type('text/javascript; charset=utf-8').send(DOCS_SCRIPT),
  },
];

/** Serves the web page from `root` (public: it holds nothing but itself) and Swagger UI's files. */
export async function registerPage(server: FastifyInstance, root: string): Promise<void> {
  const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  await server.register(fastifyStatic, {
    root: swagger,
    prefix: '/api/docs/assets/',
    decorateReply: false,
    index: false,
  });
  await server.register(fastifyStatic, {
    root,
    prefix: '/',
    wildcard: false,
    index: 'index.html',
    maxAge: YEAR_MS,
    immutable: true,
    setHeaders: (reply, path) => {
      // Files under assets/ carry their hash in their name; the page itself must always be asked for.
      if (!path.includes('/assets/')) reply.header('cache-control', 'no-cache');
    },
  });
  server.setNotFoundHandler((request, reply) => {
    const wantsPage = request.method === 'GET' && !/^\/(api|assets)\b/.test(request.url);
    // The page's own paths (/sessions/…) are not files: the page finds its way by them.
    if (wantsPage && request.headers.accept?.includes('text/html')) {
      return reply.sendFile('index.html');
    }
    return sendProblem(reply, new Problem('NotFound', `Nothing answers ${request.method} here.`));
  });
}
