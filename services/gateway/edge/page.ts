import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ROLES } from '#shared/es/operation.js';
import { Problem, sendProblem } from './problem.js';
import type { RawRoute } from './raw-route.js';

const PAGE = 'index.html';
const YEAR_MS = 365 * 24 * 3_600_000;

const DOCS_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sortie API</title>
<link rel="icon" href="data:,">
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
    allow: ROLES,
    produces: 'text/html',
    handle: (_, reply) => reply.type('text/html; charset=utf-8').send(DOCS_PAGE),
  },
  {
    method: 'GET',
    path: '/api/docs/start.js',
    summary: 'Starts that page',
    allow: ROLES,
    produces: 'text/javascript',
    handle: (_, reply) => reply.type('text/javascript; charset=utf-8').send(DOCS_SCRIPT),
  },
];

const SWAGGER = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const FILE_OF_BUILD = /^assets\//;

type NothingHere = (request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/**
 * The web page's own files, in `root`, and Swagger UI's: public, for they hold nothing but themselves, and not in the
 * API's document. Where no file is, `nothingHere` answers.
 */
export function fileRoutes(root: string, nothingHere: NothingHere): readonly RawRoute[] {
  const pageFiles = filesIn(root);
  const swaggerFiles = filesIn(SWAGGER);
  return [
    {
      method: 'GET',
      path: '/api/docs/assets/*',
      summary: 'Files of Swagger UI',
      allow: ROLES,
      produces: '*/*',
      handle: (request, reply) => {
        const file = fileOf(request);
        return swaggerFiles.has(file) ? reply.sendFile(file, SWAGGER) : nothingHere(request, reply);
      },
    },
    {
      method: 'GET',
      path: '/*',
      summary: 'Files of the web page',
      allow: ROLES,
      produces: '*/*',
      handle: (request, reply) => {
        const file = fileOf(request) || PAGE;
        return pageFiles.has(file) ? sendPart(reply, file) : nothingHere(request, reply);
      },
    },
  ];
}

const filesIn = (folder: string): ReadonlySet<string> =>
  new Set(existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []);

const fileOf = (request: FastifyRequest): string => (request.params as { '*': string })['*'];

function sendPart(reply: FastifyReply, file: string): FastifyReply {
  // Files under assets/ carry their hash in their name; the page itself must always be asked for.
  if (FILE_OF_BUILD.test(file)) return reply.sendFile(file, { maxAge: YEAR_MS, immutable: true });
  return reply.header('cache-control', 'no-cache').sendFile(file, { cacheControl: false });
}

/** Lets {@link fileRoutes} send files from `root`. */
export async function prepareFiles(server: FastifyInstance, root: string): Promise<void> {
  await server.register(fastifyStatic, { root, serve: false, index: false });
}

/** Answers where no route and no file is: with the page, which finds its way by the path, or with a problem. */
export const nothingHere =
  (methodsOf: (path: string) => readonly string[]): NothingHere =>
  (request, reply) => {
    const [path = '/'] = request.url.split('?');
    const methods = methodsOf(path);
    if (methods.length > 0 && !methods.includes(request.method)) {
      reply.header('allow', methods.join(', '));
      const detail = `${request.method} is not for this path; it takes ${methods.join(', ')}.`;
      return sendProblem(reply, new Problem('MethodNotAllowed', detail));
    }
    const wantsPage = request.method === 'GET' && !/^\/(api|assets)\b/.test(path);
    if (wantsPage && request.headers.accept?.includes('text/html')) return sendPart(reply, PAGE);
    return sendProblem(reply, new Problem('NotFound', `Nothing answers ${request.method} here.`));
  };
