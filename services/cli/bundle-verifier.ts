import { createHash, hash } from 'node:crypto';
import {
  type BundleEnd,
  type BundleHeader,
  bundleLineOf,
  type BundleProof,
  ENTRY_END,
  ENTRY_MIDDLE,
  ENTRY_START,
} from '#shared/contracts/audit-bundle.js';
import { headText, NO_PREVIOUS, type TreeHead } from '#shared/contracts/tree-head.js';
import { leafStart } from '#shared/es/commit-leaf.js';
import { verifyConsistency } from '#shared/es/merkle-proof.js';
import { type Hash, MerkleRange, rfc6962, sameHash } from '#shared/es/merkle-tree.js';
import type { HeadKeys } from './head-keys.js';
import type { KeptHeads } from './kept-heads.js';

const hashing = rfc6962((bytes) => hash('sha256', bytes, 'buffer'));
const unhex = (digits: string): Hash => Buffer.from(digits, 'hex');
const HASH_DIGITS = 64;
const LEAF_AT = ENTRY_START.length + HASH_DIGITS + ENTRY_MIDDLE.length;
const SEQUENCE = /^\{"sequence":(\d{1,16}),/;

/** The bundle is not what was signed; the message says what is wrong, `line` where. */
export class TamperedError extends Error {
  override readonly name = 'TamperedError';
  /** From 1; undefined where it is about what is missing. */
  line: number | undefined;
}

export type Verified = Readonly<{
  log: string;
  from: number;
  to: number;
  heads: number;
  firstHead: number;
  lastHead: TreeHead;
}>;

/** A tree at a size, whose root is known to belong to what is checked. */
type Point = Readonly<{ size: number; root: Hash }>;

/**
 * Checks a bundle line by line, and keeps no more of it than the peaks of the tree. Every place of the log is hashed
 * into the tree; at each head the root must be the one that was signed. Each method throws {@link TamperedError}.
 */
export class BundleVerifier {
  readonly #keys: HeadKeys;
  readonly #kept: KeptHeads | undefined;
  #header: BundleHeader | undefined;
  #range = new MerkleRange(hashing);
  /** The newest tree that is tied to those before it. */
  #point: Point | undefined;
  #pending: BundleProof | undefined;
  #firstHead: TreeHead | undefined;
  #lastHead: TreeHead | undefined;
  #heads = 0;
  #end: BundleEnd | undefined;

  constructor(keys: HeadKeys, kept?: KeptHeads) {
    this.#keys = keys;
    this.#kept = kept;
  }

  /** Takes the next line, without its end. */
  take(line: Buffer): void {
    if (this.#end) throw new TamperedError('something stands behind the end');
    if (line.toString('latin1', 0, ENTRY_START.length) === ENTRY_START)
      return this.#takeEntry(line);
    const text = line.toString();
    const read = bundleLineOf(text);
    if (!read) throw new TamperedError('this is no line that Sortie has written');
    if ((read.kind === 'header') !== (this.#header === undefined)) {
      throw new TamperedError('the header must be the first line, and no other');
    }
    switch (read.kind) {
      case 'header':
        return this.#begin(read.header);
      case 'head':
        return this.#takeHead(read.head);
      case 'proof':
        return this.#takeProof(read.proof);
      case 'end':
        this.#end = read.end;
        return undefined;
    }
  }

  /** Says what was checked, once there are no more lines. */
  finish(): Verified {
    const { header, lastHead } = this.#whole();
    this.#kept?.requireNoMoreThan(lastHead);
    return {
      ...{ log: header.log, from: header.from, to: header.to, heads: this.#heads },
      ...{ firstHead: this.#firstHead?.number ?? 0, lastHead },
    };
  }

  #whole(): { header: BundleHeader; lastHead: TreeHead } {
    const [header, lastHead, end] = [this.#header, this.#lastHead, this.#end];
    if (!header) throw new TamperedError('it is empty');
    if (!lastHead)
      throw new TamperedError('there is no signed tree head in it, so nothing is proved');
    if (this.#range.size < header.to) {
      throw new TamperedError(
        `the tail was cut: it ends at sequence ${this.#range.size}, and goes to ${header.to} by its header`,
      );
    }
    if (lastHead.size < header.to) {
      throw new TamperedError(
        `no head is over the sequences from ${lastHead.size + 1} to ${header.to}`,
      );
    }
    if (!end) throw new TamperedError('the tail was cut: the line that ends it is missing');
    if (end.heads !== this.#heads || end.entries !== header.to - header.from + 1) {
      throw new TamperedError(`its end speaks of ${end.heads} heads and ${end.entries} entries`);
    }
    if (this.#pending) throw new TamperedError('a proof stands there that is of no head');
    if (lastHead.key !== header.key) {
      throw new TamperedError(
        'the key that its header names is not the one that signed the last head',
      );
    }
    return { header, lastHead };
  }

  #begin(header: BundleHeader): void {
    if (header.to < header.from) throw new TamperedError('it ends before it begins');
    this.#header = header;
    const from = { size: header.from - 1, peaks: header.peaks.map(unhex) };
    try {
      this.#range = new MerkleRange(hashing, from);
    } catch {
      throw new TamperedError(`a tree of ${from.size} places has not ${from.peaks.length} peaks`);
    }
  }

  #takeEntry(line: Buffer): void {
    const sequence = this.#range.size + 1;
    if (sequence > this.#headerThen().to) {
      throw new TamperedError(`sequence ${sequence} was put in: by the header it ends before`);
    }
    this.#requireTied();
    const leaf = line.subarray(LEAF_AT, -ENTRY_END.length);
    this.#requireForm(line, leaf, sequence);
    const found = hashing.leaf(leaf);
    const stated = line.toString('latin1', ENTRY_START.length, ENTRY_START.length + HASH_DIGITS);
    if (Buffer.from(found).toString('hex') !== stated) {
      throw new TamperedError(`sequence ${sequence} was changed: it does not have its own hash`);
    }
    this.#range.append(found);
  }

  #requireForm(line: Buffer, leaf: Buffer, sequence: number): void {
    const start = leafStart(sequence);
    if (leaf.toString('latin1', 0, start.length) !== start) {
      const other = SEQUENCE.exec(leaf.toString('latin1', 0, 40))?.[1];
      throw new TamperedError(
        other === undefined
          ? `sequence ${sequence} was changed: it does not begin as an entry does`
          : `here must be sequence ${sequence}, and ${other} is: something was removed, put in or swapped`,
      );
    }
    const middle = line.toString('latin1', ENTRY_START.length + HASH_DIGITS, LEAF_AT);
    const last = line.toString('latin1', line.length - ENTRY_END.length);
    if (middle !== ENTRY_MIDDLE || last !== ENTRY_END) {
      throw new TamperedError(
        `sequence ${sequence} was changed: its line does not have the form of one`,
      );
    }
  }

  #takeHead(head: TreeHead): void {
    this.#requireSigned(head);
    this.#requireNext(head);
    this.#kept?.requireSame(head);
    this.#tie(head);
    this.#firstHead ??= head;
    this.#lastHead = head;
    this.#heads += 1;
  }

  #requireSigned(head: TreeHead): void {
    const verdict = this.#keys.check(head);
    if (verdict === 'good') return;
    throw new TamperedError(
      verdict === 'bad'
        ? `tree head #${head.number} was changed: its signature is not good`
        : `tree head #${head.number} was signed with another key, ${head.key}`,
    );
  }

  #requireNext(head: TreeHead): void {
    const { log } = this.#headerThen();
    const last = this.#lastHead;
    if (head.log !== log) throw new TamperedError(`tree head #${head.number} is of another log`);
    if (head.number === 1 && head.previous !== NO_PREVIOUS) {
      throw new TamperedError('tree head #1 has one before it');
    }
    if (!last) return;
    const previous = createHash('sha256').update(headText(last)).digest('hex');
    if (head.number !== last.number + 1 || head.previous !== previous) {
      throw new TamperedError(
        `tree head #${head.number} does not follow #${last.number}: one was removed, put in or swapped`,
      );
    }
    if (head.size <= last.size) {
      throw new TamperedError(
        `the log was cut or rewritten: tree head #${head.number}, signed at ${head.time}, is over ${head.size} places, and #${last.number} before it over ${last.size}`,
      );
    }
  }

  /** Ties a head to what is known before it: by its root, where its places are here, else by a proof. */
  #tie(head: TreeHead): void {
    const { from, to } = this.#headerThen();
    const root = unhex(head.root);
    if (head.size === this.#range.size) {
      this.#requireTied();
      if (!sameHash(this.#range.root(), root)) throw this.#differs(head);
    } else if (head.size > this.#range.size && this.#range.size < to) {
      throw new TamperedError(
        `sequences ${this.#range.size + 1} to ${Math.min(head.size, to)} were removed: tree head #${head.number} is over them`,
      );
    } else if (head.size >= from && head.size <= to) {
      throw new TamperedError(`tree head #${head.number} stands in the wrong place`);
    } else if (this.#point || head.size > to) {
      this.#prove({ size: head.size, root }, () => this.#differs(head));
    }
    this.#point = { size: head.size, root };
  }

  #takeProof(proof: BundleProof): void {
    if (this.#pending) throw new TamperedError('two proofs stand one behind the other');
    if (this.#range.size === this.#headerThen().to && (this.#point?.size ?? 0) < this.#range.size) {
      this.#requireTied();
      this.#point = { size: this.#range.size, root: this.#range.root() };
    }
    this.#pending = proof;
    const { size } = this.#range;
    if (proof.to !== size) return;
    const there = { size, root: this.#range.root() };
    this.#prove(
      there,
      () => new TamperedError('the proof that ties it to the heads before it is not good'),
    );
    this.#point = there;
  }

  #prove(later: Point, failed: () => TamperedError): void {
    const [earlier, pending] = [this.#point, this.#pending];
    if (!earlier || pending?.from !== earlier.size || pending.to !== later.size) {
      throw new TamperedError(
        `the proof that the log only grew from ${earlier?.size ?? 0} to ${later.size} places is missing`,
      );
    }
    this.#pending = undefined;
    const proof = pending.hashes.map(unhex);
    if (!verifyConsistency(hashing, { earlier, later, proof })) throw failed();
  }

  /** Heads over less than what was exported must be tied to the tree that it begins with. */
  #requireTied(): void {
    const { from } = this.#headerThen();
    if (this.#range.size >= from || !this.#point || this.#point.size >= from - 1) return;
    throw new TamperedError(
      `the proof that the log only grew from ${this.#point.size} to ${from - 1} places is missing`,
    );
  }

  #differs(head: TreeHead): TamperedError {
    const since = this.#point && this.#point.size < head.size ? this.#point.size + 1 : 1;
    return new TamperedError(
      `something from sequence ${since} to ${head.size} is not what tree head #${head.number}, signed at ${head.time}, is over`,
    );
  }

  #headerThen(): BundleHeader {
    if (!this.#header) throw new TamperedError('the header must be the first line, and no other');
    return this.#header;
  }
}
