import { describe, expect, it } from 'vitest';
import { recordedSpans } from '#test/support/recorded-spans.js';
import type { CloudEvent, RecordedEvent } from './commit.js';
import type { RequestContext } from './operation.js';
import { inAppendSpan, inSpan, noSpans, PROJECTED_SPANS_MAX, projectionSpans } from './spans.js';

const sampled = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const unsampled = sampled.replace(/01$/, '00');
const stream = 'sortie.event.catalog.app.gimp';
const context = {
  actor: { id: 'u1', role: 'user' },
  ...{ commandId: 'c1', correlationId: 'r1', traceparent: sampled },
} as const satisfies RequestContext;

const event = (sequence: number, traceparent?: string): RecordedEvent => ({
  ...{ type: 'AppListed', data: {}, sequence, index: 0, stream },
  commandId: 'c',
  cloud: { ...(traceparent && { traceparent }) } as CloudEvent,
});

describe('without traces', () => {
  it('a traceparent that came from outside is handed on, and none is made up', async () => {
    const seen: unknown[] = [];
    const append = async (traced: RequestContext) => {
      seen.push(traced);
      return { kind: 'appended', sequence: 1 } as const;
    };
    await inAppendSpan(noSpans, stream, context, append);
    expect(seen).toEqual([context]);
    expect(noSpans.start('x', { kind: 'server' }).traceparent).toBeUndefined();
    expect(noSpans.start('x', { kind: 'server', parent: sampled }).traceparent).toBe(sampled);
  });
});

describe('a span around work', () => {
  it('ends with it, and says when it failed', async () => {
    const { spans, recorded } = recordedSpans();
    const done = await inSpan(spans.start('good', { kind: 'client' }), async () => 5);
    const broken = inSpan(spans.start('bad', { kind: 'client' }), async () => {
      throw new RangeError('a detail that may be secret');
    });
    await expect(broken).rejects.toThrow('a detail');
    expect(done).toBe(5);
    expect(recorded.map(({ name, failed, ends }) => [name, failed, ends])).toEqual([
      ['good', undefined, 1],
      ['bad', 'RangeError', 1],
    ]);
  });
});

describe('an append', () => {
  it('has a span under the request’s, and its events are to carry that span', async () => {
    const { spans, recorded } = recordedSpans();
    let carried: string | undefined;
    await inAppendSpan(spans, stream, context, async (traced) => {
      carried = traced.traceparent;
      return { kind: 'appended', sequence: 7 };
    });
    expect(recorded).toMatchObject([
      {
        ...{ name: 'append catalog.app', kind: 'producer', parent: sampled, ends: 1 },
        traceparent: carried,
        attributes: { 'sortie.append.result': 'appended', 'sortie.sequence': 7 },
      },
    ]);
  });
});

describe('an applied batch', () => {
  it('tells one span a commit, under the append that its events name', () => {
    const { spans, recorded } = recordedSpans();
    const other = sampled.replace('00f067aa0ba902b7', '00f067aa0ba902b8');
    projectionSpans(spans, 'catalog')(
      [event(3, sampled), event(3, sampled), event(4, other)],
      1_000,
    );
    expect(recorded).toMatchObject([
      { name: 'project catalog', kind: 'consumer', parent: sampled, startedAt: 1_000, ends: 1 },
      { parent: other, attributes: { 'sortie.sequence': 4 } },
    ]);
  });

  it('tells none for events of a trace that is not kept, or of none', () => {
    const { spans, recorded } = recordedSpans();
    projectionSpans(spans, 'catalog')([event(3, unsampled), event(4), event(5, 'x')], 0);
    expect(recorded).toEqual([]);
  });

  it('tells a bounded number, however large it is', () => {
    const { spans, recorded } = recordedSpans();
    const events = Array.from({ length: 1_000 }, (_, i) => event(i + 1, sampled));
    projectionSpans(spans, 'catalog')(events, 0);
    expect(recorded).toHaveLength(PROJECTED_SPANS_MAX);
  });
});
