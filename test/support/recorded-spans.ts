import type { SpanAttributes, SpanOptions, Spans } from '#shared/es/spans.js';
import { parseTraceparent, traceparentOf } from '#shared/es/traceparent.js';

export type RecordedSpan = {
  name: string;
  kind: SpanOptions['kind'];
  parent: string | undefined;
  traceparent: string;
  attributes: SpanAttributes;
  failed: string | undefined;
  startedAt: number | undefined;
  ends: number;
};

/** Keeps spans in memory, numbered from 1; a span's parent is only what it is told. */
export function recordedSpans(): { spans: Spans; recorded: RecordedSpan[] } {
  const recorded: RecordedSpan[] = [];
  const spans: Spans = {
    isOn: true,
    current: () => undefined,
    start(name, { kind, parent, attributes = {}, startedAt }) {
      const traceId = parseTraceparent(parent)?.traceId ?? 'a'.repeat(32);
      const spanId = String(recorded.length + 1).padStart(16, '0');
      const traceparent = traceparentOf({ traceId, spanId, isSampled: true });
      const span: RecordedSpan = {
        ...{ name, kind, parent, traceparent, attributes },
        ...{ failed: undefined, startedAt, ends: 0 },
      };
      recorded.push(span);
      return {
        traceparent,
        traceId,
        set: (more) => (span.attributes = { ...span.attributes, ...more }),
        fail: (type) => (span.failed = type),
        within: (work) => work(),
        end: () => (span.ends += 1),
      };
    },
  };
  return { spans, recorded };
}
