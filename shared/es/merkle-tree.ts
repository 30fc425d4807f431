/** A SHA-256, 32 bytes. */
export type Hash = Uint8Array;
export type Sha256 = (bytes: Uint8Array) => Hash;

export const HASH_BYTES = 32;
const LEAF = 0x00;
const NODE = 0x01;

/** The two ways to hash in a Merkle tree of RFC 6962, section 2.1; they differ in their first byte, so that no node can be passed off as a leaf. */
export type MerkleHashing = Readonly<{
  leaf: (entry: Uint8Array) => Hash;
  node: (left: Hash, right: Hash) => Hash;
  /** The root of a tree without leaves. */
  empty: Hash;
}>;

/** Hashes as RFC 6962 has it. `sha256` must have taken its bytes in when it returns: the same memory is used for the next. */
export function rfc6962(sha256: Sha256): MerkleHashing {
  let scratch = new Uint8Array(4_096);
  const pair = new Uint8Array(1 + 2 * HASH_BYTES);
  pair[0] = NODE;
  return {
    leaf(entry) {
      if (scratch.length <= entry.length) scratch = new Uint8Array(2 * entry.length);
      scratch[0] = LEAF;
      scratch.set(entry, 1);
      return sha256(scratch.subarray(0, 1 + entry.length));
    },
    node(left, right) {
      pair.set(left, 1);
      pair.set(right, 1 + HASH_BYTES);
      return sha256(pair);
    },
    empty: sha256(new Uint8Array()),
  };
}

/** A whole subtree: its 2^level leaves begin at leaf index * 2^level. */
export type NodePlace = Readonly<{ level: number; index: number }>;

/** The largest whole subtrees that the leaves from `from` up to `to` are made of, from left to right: the largest first when `from` is 0. */
export function wholeSubtrees(from: number, to: number): NodePlace[] {
  const places: NodePlace[] = [];
  for (let at = from; at < to;) {
    let level = 0;
    // Arithmetic, for >> knows 32 bits only.
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= to) level += 1;
    places.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return places;
}

/** The root over subtrees that stand side by side, each smaller than the one before it. */
export const rootOf = (hashing: MerkleHashing, peaks: readonly Hash[]): Hash =>
  peaks.reduceRight<Hash | undefined>(
    (right, left) => (right === undefined ? left : hashing.node(left, right)),
    undefined,
  ) ?? hashing.empty;

/** Whether two hashes are the same. */
export function sameHash(one: Hash, other: Hash): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i += 1) if (one[i] !== other[i]) return false;
  return true;
}

/**
 * A tree that grows at its right edge and keeps no more than its peaks: the roots of the largest whole subtrees, at most
 * one for each bit of its size.
 */
export class MerkleRange {
  readonly #hashing: MerkleHashing;
  readonly #peaks: Hash[];
  #size: number;

  /** Goes on from a size and its peaks, largest first. Throws RangeError when there are not as many as the size has. */
  constructor(hashing: MerkleHashing, from: { size: number; peaks: readonly Hash[] } = EMPTY) {
    if (from.peaks.length !== wholeSubtrees(0, from.size).length) {
      throw new RangeError(
        `A tree of ${from.size} leaves does not have ${from.peaks.length} peaks`,
      );
    }
    this.#hashing = hashing;
    this.#size = from.size;
    this.#peaks = [...from.peaks];
  }

  get size(): number {
    return this.#size;
  }

  get peaks(): readonly Hash[] {
    return this.#peaks;
  }

  /** Adds a leaf by its hash. */
  append(leaf: Hash): void {
    let hash = leaf;
    // Two subtrees of a size become one, as a carry does in binary.
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      hash = this.#hashing.node(this.#peaks.pop() as Hash, hash);
    }
    this.#peaks.push(hash);
    this.#size += 1;
  }

  root(): Hash {
    return rootOf(this.#hashing, this.#peaks);
  }
}

const EMPTY = { size: 0, peaks: [] };
