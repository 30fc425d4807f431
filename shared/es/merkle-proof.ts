import { type Hash, type MerkleHashing, sameHash } from './merkle-tree.js';

/** The leaves from `from` up to, and without, `to`, whose root is one hash of a proof. */
export type LeafRange = Readonly<{ from: number; to: number }>;

/** What is in the proof that a leaf is in the tree of the first `size` leaves: PATH of RFC 6962, section 2.1.1. Throws RangeError. */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  requirePlace(index, 0, size - 1);
  const ranges: LeafRange[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      ranges.push({ from: middle, to });
      to = middle;
    } else {
      ranges.push({ from, to: middle });
      from = middle;
    }
  }
  return ranges.reverse();
}

/** What is in the proof that the tree of the first `size` leaves goes on from that of the first `earlier` ones: PROOF of RFC 6962, section 2.1.2. Throws RangeError. */
export function consistencyRanges(earlier: number, size: number): LeafRange[] {
  requirePlace(earlier, 1, size);
  const ranges: LeafRange[] = [];
  let [from, to] = [0, size];
  while (earlier < to) {
    const middle = from + splitOf(to - from);
    if (earlier <= middle) {
      ranges.push({ from: middle, to });
      to = middle;
    } else {
      ranges.push({ from, to: middle });
      from = middle;
    }
  }
  // The earlier tree's own root is known to whoever asks.
  if (from > 0) ranges.push({ from, to });
  return ranges.reverse();
}

/** The largest power of two that is smaller than `count`, which is at least 2. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

function requirePlace(place: number, min: number, max: number): void {
  if (Number.isSafeInteger(place) && Number.isSafeInteger(max) && place >= min && place <= max)
    return;
  throw new RangeError(`${place} is not from ${min} to ${max}`);
}

export type Inclusion = Readonly<{
  /** Of the leaf, from 0. */
  index: number;
  size: number;
  leaf: Hash;
  proof: readonly Hash[];
  root: Hash;
}>;

/** Whether the leaf is in the tree with that root: RFC 9162, section 2.1.3.2. */
export function verifyInclusion(hashing: MerkleHashing, claim: Inclusion): boolean {
  const { index, size, leaf, proof, root } = claim;
  if (!isPlace(index, 0, size - 1)) return false;
  const way = new Way(index, size - 1);
  let hash = leaf;
  for (const other of proof) {
    if (way.isOver) return false;
    hash = way.isRight ? hashing.node(other, hash) : hashing.node(hash, other);
    way.goUp();
  }
  return way.isOver && sameHash(hash, root);
}

export type Consistency = Readonly<{
  earlier: Readonly<{ size: number; root: Hash }>;
  later: Readonly<{ size: number; root: Hash }>;
  proof: readonly Hash[];
}>;

/** Whether the later tree begins with all leaves of the earlier one, in their order: RFC 9162, section 2.1.4.2. */
export function verifyConsistency(
  hashing: MerkleHashing,
  { earlier, later, proof }: Consistency,
): boolean {
  if (!isPlace(earlier.size, 1, later.size)) return false;
  if (earlier.size === later.size) return proof.length === 0 && sameHash(earlier.root, later.root);
  if (proof.length === 0) return false;
  const isWhole = splitOf(earlier.size + 1) === earlier.size;
  const way = new Way(earlier.size - 1, later.size - 1);
  way.passRight();
  const both = climb(hashing, way, isWhole ? [earlier.root, ...proof] : proof);
  return both !== undefined && sameHash(both[0], earlier.root) && sameHash(both[1], later.root);
}

/** Makes both roots from the node that they share and what stands beside the way up; undefined when that is not as much as the way takes. */
function climb(
  hashing: MerkleHashing,
  way: Way,
  [shared, ...others]: readonly Hash[],
): readonly [Hash, Hash] | undefined {
  let [before, after] = [shared as Hash, shared as Hash];
  for (const other of others) {
    if (way.isOver) return undefined;
    if (way.isRight) before = hashing.node(other, before);
    after = way.isRight ? hashing.node(other, after) : hashing.node(after, other);
    way.goUp();
  }
  return way.isOver ? [before, after] : undefined;
}

const isPlace = (place: number, min: number, max: number): boolean =>
  Number.isSafeInteger(place) && Number.isSafeInteger(max) && place >= min && place <= max;

/** The way from a node up to the root, and beside it that of the last node, which may have no sibling. */
class Way {
  #node: number;
  #last: number;

  constructor(node: number, last: number) {
    this.#node = node;
    this.#last = last;
  }

  get isOver(): boolean {
    return this.#last === 0;
  }

  /** Whether the node's sibling is to the left of it. */
  get isRight(): boolean {
    return this.#node % 2 === 1 || this.#node === this.#last;
  }

  goUp(): void {
    // Without a sibling a node is its own parent.
    if (this.isRight) while (this.#node % 2 === 0 && this.#node !== 0) this.#halve();
    this.#halve();
  }

  /** Goes up for as long as the node ends its parent. */
  passRight(): void {
    while (this.#node % 2 === 1) this.#halve();
  }

  #halve(): void {
    this.#node = Math.floor(this.#node / 2);
    this.#last = Math.floor(this.#last / 2);
  }
}
