import {
  BusUnavailableError,
  type Operation,
  type Reply,
  type RequestContext,
} from '#shared/es/operation.js';
import { inSpan, noSpans, type Span, type Spans } from '#shared/es/spans.js';
import { parseTraceparent } from '#shared/es/traceparent.js';

const TRACE_ID = /^[0-9a-f]{32}$/;

/** Under it, a service's module provides the {@link Spans} that its requests are handled in. */
export const SPANS = Symbol('spans');

/** How a request on the bus went: answered, refused, answered by nobody or with "not now", or broken. */
export type BusOutcome = 'done' | 'rejected' | 'unavailable' | 'failed';

/** Who watches the bus of a process. */
export type BusTelemetry = Readonly<{
  spans: Spans;
  /** Hears of every request that this process made. Must not throw. */
  onRequest?: (operation: Operation<never, never>, outcome: BusOutcome, seconds: number) => void;
}>;

/** What a bus has that nobody watches. */
export const unwatchedBus: BusTelemetry = { spans: noSpans };

type Asking = Pick<Operation, 'service' | 'name'>;

/**
 * Sends a request over a bus, whichever it is, in a span of its own: `send` is handed the context with that span's
 * traceparent, which is what has to travel.
 */
export async function tracedRequest<D, R>(
  { spans, onRequest }: BusTelemetry,
  operation: Operation<D, R>,
  context: RequestContext,
  send: (context: RequestContext) => Promise<Reply<R>>,
): Promise<Reply<R>> {
  const startedAt = performance.now();
  let outcome: BusOutcome = 'failed';
  try {
    const span = startSpan(spans, 'client', operation, context);
    const reply = await inSpan(span, async () => tell(span, await send(carrying(context, span))));
    outcome = outcomeOf(reply);
    return reply;
  } catch (error) {
    if (error instanceof BusUnavailableError) outcome = 'unavailable';
    throw error;
  } finally {
    const seconds = (performance.now() - startedAt) / 1_000;
    onRequest?.(operation as unknown as Operation<never, never>, outcome, seconds);
  }
}

/** Answers a request in a span of its own, as the child of the sender's; `work` is handed the context to go on with. */
export function tracedHandling(
  spans: Spans,
  operation: Asking,
  context: RequestContext,
  work: (context: RequestContext) => Promise<Reply<unknown>>,
): Promise<Reply<unknown>> {
  const span = startSpan(spans, 'server', operation, context);
  return inSpan(span, async () => tell(span, await work(carrying(context, span))));
}

/**
 * The id that log lines name a request by where no trace does: made from the correlation id, which travels with the
 * request and is in its events. Undefined when that is no UUID.
 */
export function traceIdOf(correlationId: string): string | undefined {
  const id = correlationId.replaceAll('-', '').toLowerCase();
  return TRACE_ID.test(id) ? id : undefined;
}

/** The id that log lines of a request have, whoever writes them: its trace's, or the one that is made where there is none. */
export const traceIdIn = ({ traceparent, correlationId }: RequestContext): string | undefined =>
  parseTraceparent(traceparent)?.traceId ?? traceIdOf(correlationId);

function startSpan(
  spans: Spans,
  kind: 'client' | 'server',
  { service, name }: Asking,
  { traceparent, correlationId }: RequestContext,
): Span {
  const method = `${service}/${name}`;
  return spans.start(method, {
    kind,
    parent: traceparent,
    traceId: traceIdOf(correlationId),
    attributes: { 'rpc.system.name': 'sortie', 'rpc.method': method },
  });
}

const carrying = (context: RequestContext, { traceparent }: Span): RequestContext =>
  traceparent === undefined ? context : { ...context, traceparent };

function tell<R>(span: Span, reply: Reply<R>): Reply<R> {
  span.set({ 'rpc.response.status_code': reply.kind === 'rejected' ? reply.code : 'done' });
  if (outcomeOf(reply) === 'unavailable') span.fail('Unavailable');
  return reply;
}

function outcomeOf(reply: Reply<unknown>): BusOutcome {
  if (reply.kind === 'done') return 'done';
  return reply.code === 'Unavailable' ? 'unavailable' : 'rejected';
}
