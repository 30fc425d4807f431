import { createHash } from 'node:crypto';
import type { Hash } from '#shared/es/merkle-tree.js';

const sha256 = (...parts: Uint8Array[]): Hash =>
  createHash('sha256').update(Buffer.concat(parts)).digest();

/** The definitions of RFC 6962, sections 2.1, 2.1.1 and 2.1.2, word by word. */
export const reference = {
  split: (n: number): number => 2 ** Math.floor(Math.log2(n - 1)),
  root(leaves: readonly Uint8Array[]): Hash {
    if (leaves.length === 0) return sha256();
    if (leaves.length === 1) return sha256(Buffer.of(0), leaves[0] as Uint8Array);
    const k = this.split(leaves.length);
    return sha256(Buffer.of(1), this.root(leaves.slice(0, k)), this.root(leaves.slice(k)));
  },
  path(m: number, leaves: readonly Uint8Array[]): Hash[] {
    if (leaves.length === 1) return [];
    const k = this.split(leaves.length);
    const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
    return m < k
      ? [...this.path(m, left), this.root(right)]
      : [...this.path(m - k, right), this.root(left)];
  },
  subproof(m: number, leaves: readonly Uint8Array[], isWhole: boolean): Hash[] {
    if (m === leaves.length) return isWhole ? [] : [this.root(leaves)];
    const k = this.split(leaves.length);
    const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
    return m <= k
      ? [...this.subproof(m, left, isWhole), this.root(right)]
      : [...this.subproof(m - k, right, false), this.root(left)];
  },
};
