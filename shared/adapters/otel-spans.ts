import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  type Span as OtelSpan,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Span, SpanOptions, Spans } from '#shared/es/spans.js';
import { parseTraceparent, traceparentOf } from '#shared/es/traceparent.js';

/** How long the last spans may take to be handed over when the process ends. */
const FLUSH_MS_MAX = 3_000;
/** A collector that is away would be told of every few seconds. */
const TROUBLE_TOLD_EVERY_MS = 60_000;

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

export type OtelParts = Readonly<{
  /** `service.name` where OTEL_SERVICE_NAME says nothing else. */
  serviceName: string;
  version: string;
  /** Tells this process from the others of its kind. */
  instanceId: string;
  /** Hears why spans can't be handed over, once a minute at most. */
  onTrouble: (message: string) => void;
}>;

export type OtelSpans = Readonly<{
  spans: Spans;
  /** Hands the last spans over, within a few seconds. */
  close: () => Promise<void>;
}>;

type Running = { readonly context: SpanContext; isOver: boolean };

/** Keeps traces with OpenTelemetry's SDK, set up by the standard OTEL_* variables, and sends them as OTLP over HTTP. */
export function openOtelSpans(parts: OtelParts): OtelSpans {
  tellTroubleTo(parts.onTrouble);
  const own = resourceFromAttributes({
    'service.name': parts.serviceName,
    'service.version': parts.version,
    'service.instance.id': parts.instanceId,
  });
  const named = detectResources({ detectors: [envDetector] });
  const provider = new NodeTracerProvider({
    resource: defaultResource().merge(own).merge(named),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  let closed: Promise<void> | undefined;
  return {
    spans: spansOf(provider.getTracer('sortie', parts.version)),
    close: () => (closed ??= within(FLUSH_MS_MAX, provider.shutdown(), parts.onTrouble)),
  };
}

function spansOf(tracer: Tracer): Spans {
  const running = new AsyncLocalStorage<Running>();
  const current = (): SpanContext | undefined => {
    const found = running.getStore();
    // What a span left behind (a timer, a socket) is no part of it: a viewer's first use would be open for days.
    return found?.isOver === false ? found.context : undefined;
  };
  return {
    isOn: true,
    current: () => {
      const found = current();
      return found && { traceId: found.traceId, spanId: found.spanId };
    },
    start(name, options) {
      const { kind, attributes = {}, startedAt } = options;
      const span = tracer.startSpan(
        name,
        { kind: KINDS[kind], attributes, ...(startedAt !== undefined && { startTime: startedAt }) },
        contextOf(options, current()),
      );
      return spanOf(span, running);
    },
  };
}

function contextOf({ parent, kind }: SpanOptions, current: SpanContext | undefined): Context {
  const said = parseTraceparent(parent);
  const found: SpanContext | undefined = said
    ? {
        traceId: said.traceId,
        spanId: said.spanId,
        traceFlags: said.isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
        isRemote: kind === 'server' || kind === 'consumer',
      }
    : current;
  return found ? trace.setSpanContext(ROOT_CONTEXT, found) : ROOT_CONTEXT;
}

function spanOf(span: OtelSpan, running: AsyncLocalStorage<Running>): Span {
  const context = span.spanContext();
  const { traceId, spanId, traceFlags } = context;
  const held: Running = { context, isOver: false };
  const isSampled = (traceFlags & TraceFlags.SAMPLED) === TraceFlags.SAMPLED;
  return {
    traceId,
    traceparent: traceparentOf({ traceId, spanId, isSampled }),
    set: (attributes) => void span.setAttributes(attributes),
    fail: (type) => {
      span.setAttribute('error.type', type);
      span.setStatus({ code: SpanStatusCode.ERROR });
    },
    within: (work) => running.run(held, work),
    end: () => {
      if (held.isOver) return;
      held.isOver = true;
      span.end();
    },
  };
}

/** The SDK keeps its troubles to itself unless it is asked for them. */
function tellTroubleTo(onTrouble: (message: string) => void): void {
  let quietUntil = 0;
  const tell = (message: string): void => {
    const now = performance.now();
    if (now < quietUntil) return;
    quietUntil = now + TROUBLE_TOLD_EVERY_MS;
    onTrouble(message);
  };
  const ignore = (): void => undefined;
  diag.setLogger(
    { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

async function within(
  ms: number,
  work: Promise<void>,
  onTrouble: (message: string) => void,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      onTrouble(`The last spans were not taken within ${ms} ms; they are lost.`);
      resolve();
    }, ms);
  });
  const done = work.catch((error: unknown) =>
    onTrouble(`The last spans are lost: ${String(error)}`),
  );
  await Promise.race([done, late]);
  clearTimeout(timer);
}
