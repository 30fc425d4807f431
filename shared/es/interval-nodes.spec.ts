import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeOf, nodesAround } from './interval-nodes.js';

const SEQUENCE_MAX = 2 ** 51;
const sequence = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 1, max: SEQUENCE_MAX }),
);

describe('the node of an interval', () => {
  it.each([
    [1, 1, 1],
    [1, 3, 2],
    [3, 3, 3],
    [5, 7, 6],
    [5, 8, 8],
    [3, 20, 16],
  ])('from %d to %d is %d, which most powers of two divide', (first, last, node) => {
    expect(nodeOf(first, last)).toBe(node);
  });

  it('lies in it, and is among the nodes around everything in it', () => {
    fc.assert(
      fc.property(fc.tuple(sequence, sequence, sequence), (three) => {
        const [first, within, last] = three.toSorted((a, b) => a - b) as [number, number, number];
        const node = nodeOf(first, last);
        expect(node).toBeGreaterThanOrEqual(first);
        expect(node).toBeLessThanOrEqual(last);
        expect(nodesAround(within)).toContain(node);
      }),
    );
  });

  it('is safe to count with, and there are few around any', () => {
    const nodes = nodesAround(SEQUENCE_MAX);
    expect(nodes.every(Number.isSafeInteger)).toBe(true);
    expect(nodes.length).toBeLessThan(60);
  });
});
