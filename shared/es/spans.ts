import type { AppendResult } from './event-log.js';
import { type CloudEvent, partsOf, type RecordedEvent } from './commit.js';
import type { RequestContext } from './operation.js';
import { parseTraceparent } from './traceparent.js';

/** Spans of the projection that one batch tells at most; a trace of the rest would say the same. */
export const PROJECTED_SPANS_MAX = 100;

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export type SpanOptions = Readonly<{
  kind: 'server' | 'client' | 'producer' | 'consumer';
  /** Traceparent of the span that caused it; what runs now when absent. */
  parent?: string | undefined;
  /** Names the trace where nobody traces and no parent does: 32 hexadecimal digits. */
  traceId?: string | undefined;
  attributes?: SpanAttributes;
  /** When it began, in epoch milliseconds; now when absent. */
  startedAt?: number;
}>;

/** One stretch of work, as a trace shows it. */
export interface Span {
  /** Goes with everything that the span causes. Without tracing it is the parent's, if there was one. */
  readonly traceparent: string | undefined;
  /** What log lines name the trace by. */
  readonly traceId: string | undefined;
  set(attributes: SpanAttributes): void;
  /** Marks it as failed; `type` is the short name of what went wrong, of which there are few. */
  fail(type: string): void;
  /** Runs `work` as what the span is about: what it starts is the span's child, what it logs has its ids (see {@link Spans.current}). */
  within<T>(work: () => T): T;
  /** Only the first time counts. */
  end(): void;
}

/** Port to whoever keeps traces. */
export interface Spans {
  /** False when nobody keeps them. */
  readonly isOn: boolean;
  start(name: string, options: SpanOptions): Span;
  /**
   * The ids of what runs now; undefined outside of any span, and once it has ended. Where nobody keeps traces, also
   * undefined once it has waited for something.
   */
  current(): Readonly<{ traceId: string; spanId?: string }> | undefined;
}

const silent = (parent: string | undefined): Span => ({
  traceparent: parent,
  traceId: undefined,
  set: () => undefined,
  fail: () => undefined,
  within: (work) => work(),
  end: () => undefined,
});

/** Keeps no traces; a traceparent that came from outside is handed on all the same. */
export const noSpans: Spans = {
  isOn: false,
  start: (_, { parent }) => silent(parent),
  current: () => undefined,
};

/** Runs `work` in a span of its own; an error marks it as failed. */
export async function inSpan<T>(span: Span, work: (span: Span) => Promise<T>): Promise<T> {
  try {
    return await span.within(() => work(span));
  } catch (error) {
    span.fail(error instanceof Error ? error.name : 'Error');
    throw error;
  } finally {
    span.end();
  }
}

/**
 * Appends to a stream in a span of its own. `append` is handed the request's context with the traceparent that the
 * commit's events are to carry: the span's.
 */
export async function inAppendSpan(
  spans: Spans,
  stream: string,
  context: RequestContext,
  append: (context: RequestContext) => Promise<AppendResult>,
): Promise<AppendResult> {
  if (!spans.isOn) return append(context);
  const { service, aggregate } = partsOf(stream);
  const span = spans.start(`append ${service}.${aggregate}`, {
    kind: 'producer',
    parent: context.traceparent,
    attributes: {
      'messaging.system': 'sortie',
      'messaging.operation.name': 'append',
      'messaging.operation.type': 'send',
      'messaging.destination.name': stream,
    },
  });
  return inSpan(span, async ({ traceparent }) => {
    const result = await append(traceparent ? { ...context, traceparent } : context);
    span.set({ 'sortie.append.result': result.kind });
    if (result.kind !== 'conflict') span.set({ 'sortie.sequence': result.sequence });
    return result;
  });
}

/**
 * Makes a function that tells of a batch that a service has just applied: one span a commit, as the child of the
 * append that its events name, if that was sampled. `startedAt` is when applying began, in epoch milliseconds.
 */
export function projectionSpans(
  spans: Spans,
  service: string,
): (events: readonly RecordedEvent[], startedAt: number) => void {
  return (events, startedAt) => {
    if (!spans.isOn) return;
    let left = PROJECTED_SPANS_MAX;
    let last = 0;
    for (const { sequence, cloud } of events) {
      if (sequence === last || left === 0) continue;
      last = sequence;
      if (!isSampled(cloud)) continue;
      left -= 1;
      spans
        .start(`project ${service}`, {
          kind: 'consumer',
          parent: cloud.traceparent,
          startedAt,
          attributes: {
            'messaging.system': 'sortie',
            'messaging.operation.name': 'project',
            'messaging.operation.type': 'process',
            'sortie.sequence': sequence,
          },
        })
        .end();
    }
  };
}

const isSampled = ({ traceparent }: CloudEvent): boolean =>
  parseTraceparent(traceparent)?.isSampled === true;
