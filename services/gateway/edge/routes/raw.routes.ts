import { PEOPLE, ROLES } from '#shared/es/operation.js';
import type { RawRoute } from '../raw-route.js';
import type { LiveStreams } from '../live-streams.js';
import { docsRoutes } from '../page.js';

const AFTER = 'Sequence of the last event that you have; the stream goes on after it';

/** Whether this process can do its work, in a word for the load balancer. */
export type Readiness = () => Promise<{ ready: boolean; checks: Record<string, string> }>;

/** What a scraper is handed: Prometheus' text format. */
export type Exposition = () => Promise<{ contentType: string; text: string }>;

/** What there is to tell beside the operations. */
export type RawParts = Readonly<{
  streams: LiveStreams;
  readiness: Readiness;
  openApi: () => unknown;
  asyncApi: () => unknown;
  /** Not there when nobody counts. */
  metrics?: Exposition | undefined;
}>;

/** What is not a JSON operation: health, metrics, the event stream, the documents. */
export function rawRoutes(parts: RawParts): readonly RawRoute[] {
  const { streams, readiness, openApi, asyncApi, metrics } = parts;
  return [
    {
      method: 'GET',
      path: '/livez',
      summary: 'Answers as long as the process runs',
      allow: ROLES,
      produces: 'text/plain',
      handle: (_, reply) => reply.type('text/plain').send('ok\n'),
    },
    {
      method: 'GET',
      path: '/readyz',
      summary: 'Whether requests can be answered: each check by name',
      allow: ROLES,
      produces: 'application/json',
      handle: async (_, reply) => {
        const { ready, checks } = await readiness();
        return reply.code(ready ? 200 : 503).send({ ready, checks });
      },
    },
    ...(metrics ? [metricsRoute(metrics)] : []),
    {
      method: 'GET',
      path: '/api/events',
      summary:
        'Server-sent events: `id` is the log’s sequence; come back with Last-Event-ID (or ?after=) and miss nothing',
      allow: [...PEOPLE, 'console'],
      // What a token hears of is what it may read.
      scope: null,
      produces: 'text/event-stream',
      parameters: [
        { name: 'Last-Event-ID', in: 'header', schema: { type: 'string' }, description: AFTER },
        { name: 'after', in: 'query', schema: { type: 'string' }, description: AFTER },
      ],
      problems: ['TooManyConnections'],
      handle: (request, reply, caller) => streams.open(request, reply, caller),
    },
    {
      method: 'GET',
      path: '/api/openapi.json',
      summary: 'This document',
      allow: ROLES,
      produces: 'application/json',
      handle: (_, reply) => reply.send(openApi()),
    },
    {
      method: 'GET',
      path: '/api/asyncapi.json',
      summary: 'AsyncAPI 3: every event in the log, and every operation on the bus',
      allow: ROLES,
      produces: 'application/json',
      handle: (_, reply) => reply.send(asyncApi()),
    },
    ...docsRoutes,
  ];
}

/** Figures tell who works when: they are for the control socket, and for the port of their own that a process may have. */
const metricsRoute = (metrics: Exposition): RawRoute => ({
  method: 'GET',
  path: '/metrics',
  summary: 'Figures for Prometheus, over the control socket',
  allow: ['console'],
  produces: 'text/plain',
  handle: async (_, reply) => {
    const { contentType, text } = await metrics();
    return reply.type(contentType).send(text);
  },
});
