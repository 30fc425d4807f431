import { describe, expect, it } from 'vitest';
import { parseTraceparent, traceparentOf } from './traceparent.js';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

describe('a traceparent', () => {
  it('says trace, span and whether the trace is kept', () => {
    expect(parseTraceparent(`00-${traceId}-${spanId}-01`)).toEqual({
      ...{ traceId, spanId, isSampled: true },
    });
    expect(parseTraceparent(`00-${traceId}-${spanId}-02`)?.isSampled).toBe(false);
    expect(parseTraceparent(`00-${traceId}-${spanId}-03`)?.isSampled).toBe(true);
  });

  it.each([
    ['nothing', undefined],
    ['another version', `01-${traceId}-${spanId}-01`],
    ['no trace', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['no span', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['capitals', `00-${traceId.toUpperCase()}-${spanId}-01`],
    ['two of them', `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`],
    ['a line of its own', `00-${traceId}-${spanId}-01\n`],
  ])('is none with %s', (_, text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });

  it('is written as it is read', () => {
    for (const flags of ['00', '01']) {
      const text = `00-${traceId}-${spanId}-${flags}`;
      const parsed = parseTraceparent(text);
      expect(parsed && traceparentOf(parsed)).toBe(text);
    }
  });
});
