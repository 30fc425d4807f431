import type { Sequence } from './commit.js';

/** Of what has not ended. */
export const OPEN_NODE = 0;

/**
 * The relational interval tree (Kriegel, Pötke, Seidl: Managing Intervals Efficiently in Object-Relational Databases,
 * VLDB 2000): an interval of sequences is kept under one number, the one in it that most powers of two divide. The
 * intervals that hold a sequence can only be under some fifty numbers, whose list {@link nodesAround} makes; each of
 * those has no more than were under way at one moment. So an index on the number finds what there was at a moment
 * without looking at what had ended by then or began later.
 */
export function nodeOf(first: Sequence, last: Sequence): number {
  let node = last;
  for (let step = 2; ; step *= 2) {
    const rounder = Math.floor(last / step) * step;
    if (rounder < first) return node;
    node = rounder;
  }
}

const LEVELS = 52;

/** The numbers under which intervals that hold the sequence may be, ended or open. */
export function nodesAround(sequence: Sequence): number[] {
  const nodes = [OPEN_NODE];
  for (let level = 0; level < LEVELS; level += 1) {
    const half = 2 ** level;
    nodes.push(Math.floor(sequence / (2 * half)) * 2 * half + half);
  }
  return nodes;
}
