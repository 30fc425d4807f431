import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { v7 as uuidV7 } from 'uuid';
import { traceIdOf } from '#shared/boot/traced-request.js';
import type { Span, Spans } from '#shared/es/spans.js';
import { parseTraceparent } from '#shared/es/traceparent.js';

/** Longer paths are no use to anybody who looks at a trace. */
const PATH_LENGTH_MAX = 256;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** How a request was answered. `route` is the declared one and `status` a number or `aborted`: there are few of each. */
export type Answered = Readonly<{
  method: string;
  route: string;
  status: string;
  seconds: number;
}>;

/** Who watches the requests of people. */
export type RequestTelemetry = Readonly<{
  spans: Spans;
  /** Hears of every answer once it is sent; of an event stream when it begins. Must not throw. */
  onAnswered?: (answered: Answered) => void;
}>;

/** What a request is known by, beside what it asks for. */
export type RequestTrace = Readonly<{
  span: Span;
  correlationId: string;
  /** Says that it has been answered; only the first time counts. */
  answered: (status: number | 'aborted') => void;
}>;

declare module 'fastify' {
  interface FastifyRequest {
    trace: RequestTrace;
  }
}

/** Gives every request a span from its first line to the last byte of its answer, and runs its handler in there. */
export function traceRequests(server: FastifyInstance, telemetry: RequestTelemetry): void {
  server.decorateRequest('trace', null as unknown as RequestTrace);
  server.addHook('onRequest', (request, reply, done) => {
    request.trace = traceOf(request, telemetry);
    const { raw } = reply;
    // Not the onResponse hook: that one never comes for a client who went away.
    raw.once('close', () =>
      request.trace.answered(raw.writableFinished ? raw.statusCode : 'aborted'),
    );
    done();
  });
  // After the body, whose arrival would lose what runs.
  server.addHook('preHandler', (request, _, done) => request.trace.span.within(done));
}

/** The id that log lines of a request are found by; undefined for what is not even a request. */
export const traceIdFor = ({ trace }: FastifyRequest): string | undefined =>
  (trace as RequestTrace | null)?.span.traceId;

function traceOf(request: FastifyRequest, { spans, onAnswered }: RequestTelemetry): RequestTrace {
  const startedAt = performance.now();
  // Reads leave no trace in the log; a write's id is made in order of time, which its index is thankful for.
  const correlationId = request.method === 'GET' ? randomUUID() : uuidV7();
  const method = METHODS.has(request.method) ? request.method : '_OTHER';
  const route = request.routeOptions.url;
  const span = spans.start(route ? `${method} ${route}` : method, {
    kind: 'server',
    parent: senderOf(request),
    traceId: traceIdOf(correlationId),
    // Who asks from where is in the audit trail, and in no third place.
    attributes: {
      'http.request.method': method,
      'url.path': (request.url.split('?')[0] ?? '').slice(0, PATH_LENGTH_MAX),
      'url.scheme': request.protocol,
      ...(route && { 'http.route': route }),
    },
  });
  let isAnswered = false;
  const answered = (status: number | 'aborted'): void => {
    if (isAnswered) return;
    isAnswered = true;
    if (status === 'aborted') span.fail(status);
    else tellStatus(span, status);
    span.end();
    const seconds = (performance.now() - startedAt) / 1_000;
    onAnswered?.({ method, route: route ?? 'none', status: String(status), seconds });
  };
  return { span, correlationId, answered };
}

/** What a client sends is only handed on when it says something. */
function senderOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const sent = headers['traceparent'];
  return typeof sent === 'string' && parseTraceparent(sent) ? sent : undefined;
}

function tellStatus(span: Span, status: number): void {
  span.set({ 'http.response.status_code': status });
  if (status >= 500) span.fail(String(status));
}
