import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inSpan } from '#shared/es/spans.js';
import { untracedSpans } from './untraced-spans.js';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parent = `00-${traceId}-00f067aa0ba902b7-01`;
const made = 'b'.repeat(32);

describe('without traces', () => {
  it('a request is known by the trace that its client sent, and without one by the id that was made', () => {
    const spans = untracedSpans();
    const seen = (options: object) => {
      const span = spans.start('x', { kind: 'server', ...options });
      return [span.traceId, span.within(() => spans.current()?.traceId)];
    };
    expect(seen({ parent, traceId: made })).toEqual([traceId, traceId]);
    expect(seen({ traceId: made })).toEqual([made, made]);
    expect(seen({})).toEqual([undefined, undefined]);
    expect(spans.current()).toBeUndefined();
  });

  it('only what the client sent goes on', () => {
    const spans = untracedSpans();
    expect(spans.start('x', { kind: 'server', parent, traceId: made }).traceparent).toBe(parent);
    expect(spans.start('x', { kind: 'server', traceId: made }).traceparent).toBeUndefined();
  });

  it('a request is never taken for another that runs meanwhile, nor one that breaks for the next', async () => {
    const spans = untracedSpans();
    const outer = spans.start('outer', { kind: 'server', traceId: made });
    const seen = await inSpan(outer, async () => {
      const inner = spans.start('inner', { kind: 'client', traceId });
      const before = inner.within(() => spans.current()?.traceId);
      const between = spans.current()?.traceId;
      await setImmediate();
      return [before, between, spans.current()];
    });
    expect(seen).toEqual([traceId, made, undefined]);
    expect(() =>
      outer.within(() => {
        throw new Error('x');
      }),
    ).toThrow('x');
    expect(spans.current()).toBeUndefined();
  });
});
