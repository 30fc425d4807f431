import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { merkleHashing as hashing } from '#shared/adapters/merkle-hashing.js';
import { leafText, vacantLeafText } from '#shared/es/commit-leaf.js';
import type { Commit } from '#shared/es/commit.js';
import { recordedEvents } from '#shared/es/recorded-events.js';
import type { Row } from '#shared/es/read-model.js';
import { newCommit } from '#test/support/commits.js';
import { reference } from '#test/support/merkle-reference.js';
import { auditTree, EDGE, treeOf, type TreeRow } from './audit-tree.js';

const { folding } = auditTree(hashing);
const commits = (sequences: readonly number[]): Commit[] =>
  sequences.map((sequence) => {
    const { expectedVersion: _version, ...commit } = newCommit({ count: 1 + (sequence % 3) });
    return { sequence, ...commit };
  });

/** The rows after some commits that came in stretches of these lengths. */
function rowsAfter(all: readonly Commit[], lengths: readonly number[] = []): Map<string, Row> {
  const rows = new Map<string, Row>();
  let from = 0;
  for (const length of [...lengths, all.length]) {
    const events = all.slice(from, from + length).flatMap((commit) => recordedEvents(commit));
    const needed = new Map([...rows].filter(([key]) => folding?.needs.includes(key)));
    if (events.length > 0)
      for (const row of folding?.fold(needed, events) ?? []) rows.set(String(row['id']), row);
    from += length;
  }
  return rows;
}

const rootIn = (rows: Map<string, Row>) =>
  treeOf(hashing, rows.get(EDGE) as TreeRow | undefined).root();
const leavesOf = (all: readonly Commit[]): Buffer[] => all.map((one) => Buffer.from(leafText(one)));

describe('the tree in the database', () => {
  it('has the root over all commits in their order, however they come', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 12 }),
        (count, lengths) => {
          const all = commits(Array.from({ length: count }, (_, i) => i + 1));
          const rows = rowsAfter(all, lengths);
          expect(rootIn(rows)).toEqual(reference.root(leavesOf(all)));
          expect(rows).toEqual(rowsAfter(all));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('has a leaf for a place without a commit, so that a leaf is where its sequence says', () => {
    const all = commits([1, 4]);
    const [first, last] = leavesOf(all) as [Buffer, Buffer];
    const vacant = [2, 3].map((sequence) => Buffer.from(vacantLeafText(sequence)));
    expect(rootIn(rowsAfter(all, [1]))).toEqual(reference.root([first, ...vacant, last]));
  });

  it('does not take a place twice, nor fill in what nobody can have left out', () => {
    const [one] = commits([1]) as [Commit];
    expect(() => rowsAfter([one, one], [1])).toThrow('has 1 leaves already');
    expect(() => rowsAfter(commits([1, 5_000_000]))).toThrow('from 2 on are missing');
  });

  it('tells everything of a commit', () => {
    const [one] = commits([7]) as [Commit];
    expect(JSON.parse(leafText(one))).toEqual(one);
    for (const changed of [
      { ...one, sequence: 8 },
      { ...one, stream: `${one.stream}x` },
      { ...one, commandId: 'another' },
      { ...one, events: one.events.slice(1) },
      { ...one, events: one.events.toReversed() },
    ]) {
      expect(leafText(changed)).not.toBe(leafText(one));
    }
  });
});
