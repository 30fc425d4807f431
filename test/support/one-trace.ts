import { expect } from 'vitest';
import type { OtlpReceiver, ReceivedSpan } from './otlp-receiver.js';
import { until } from './waits.js';

type Named = readonly [kind: ReceivedSpan['kind'], name: string];

/** The spans of one trace, which arrive now and then and in no order. */
export function oneTrace(receiver: () => OtlpReceiver, traceId: string) {
  const all = ([kind, name]: Named): ReceivedSpan[] =>
    receiver()
      .spans()
      .filter((span) => span.traceId === traceId && span.kind === kind && span.name === name);
  return {
    /** Waits until each of them is there. */
    arrived: (expected: readonly Named[]) =>
      until('all spans arrive', () => expected.every((named) => all(named).length > 0)),
    /** The only one of its kind and name. */
    one: (...named: Named): ReceivedSpan => {
      const found = all(named);
      expect(found, named.join(' ')).toHaveLength(1);
      return found[0] as ReceivedSpan;
    },
  };
}
