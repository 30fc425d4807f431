import { setTimeout as rest } from 'node:timers/promises';
import type { TreeHead } from '#shared/contracts/tree-head.js';
import type { Sequence } from '#shared/es/commit.js';
import { BATCH_COMMITS_MAX, type EventLog } from '#shared/es/event-log.js';
import { type Hash, type MerkleHashing, MerkleRange, sameHash } from '#shared/es/merkle-tree.js';
import { readLeaves } from './log-pages.js';

/** Between two batches other work runs: nobody waits for this. */
const PAUSE_MS = 2;

export type LogCheckParts = Readonly<{
  log: EventLog;
  hashing: MerkleHashing;
  signal: AbortSignal;
  /** The leaf hashes that the stored tree has from a place, counted from 0, up to another; it may not have them any more. */
  storedLeaves: (from: number, to: number) => Promise<readonly Hash[]>;
  /** Heads in order. */
  heads: () => AsyncIterable<TreeHead>;
}>;

/**
 * Reads the whole log up to a signed head and hashes it anew: the stored tree says what the log was when it was read,
 * and not what it is. Resolves with what differs, in a sentence, or undefined.
 */
export async function checkLog(parts: LogCheckParts, head: TreeHead): Promise<string | undefined> {
  const range = new MerkleRange(parts.hashing);
  for await (const { hashes } of leavesOf(parts, head.size)) {
    for (const hash of hashes) range.append(hash);
  }
  if (parts.signal.aborted) return undefined;
  if (range.size < head.size) return behind(range.size, head);
  const isSame = sameHash(range.root(), Buffer.from(head.root, 'hex'));
  return isSame ? undefined : ((await locate(parts, head)) ?? different(1, head));
}

/** Names the first commit that differs from the stored tree, or, where that was built from the changed log, the heads that it lies between. */
async function locate(parts: LogCheckParts, head: TreeHead): Promise<string | undefined> {
  const range = new MerkleRange(parts.hashing);
  const heads = parts.heads()[Symbol.asyncIterator]();
  let next = await heads.next();
  let from = 1;
  for await (const { after, hashes } of leavesOf(parts, head.size)) {
    const stored = await parts.storedLeaves(after, after + hashes.length).catch(() => undefined);
    for (const [i, hash] of hashes.entries()) {
      const known = stored?.[i];
      if (known && !sameHash(known, hash)) return changed(after + i + 1, head);
      range.append(hash);
      while (!next.done && next.value.size <= range.size) {
        const isReached = next.value.size === range.size;
        if (isReached && !sameHash(range.root(), Buffer.from(next.value.root, 'hex'))) {
          return different(from, next.value);
        }
        from = next.value.size + 1;
        next = await heads.next();
      }
    }
  }
  return undefined;
}

type Stretch = Readonly<{ after: Sequence; hashes: readonly Hash[] }>;

async function* leavesOf(
  { log, hashing, signal }: LogCheckParts,
  size: number,
): AsyncGenerator<Stretch> {
  for (let after = 0; after < size && !signal.aborted;) {
    const limit = Math.min(BATCH_COMMITS_MAX, size - after);
    const { leaves, through } = await readLeaves(log, { after, limit });
    if (through === after) return;
    yield { after, hashes: leaves.map((leaf) => hashing.leaf(Buffer.from(leaf))) };
    after = through;
    await rest(PAUSE_MS, undefined, { ref: false });
  }
}

const said = ({ number, time }: TreeHead): string => `tree head #${number}, signed at ${time}`;

/** The log ends before a head. */
export const behind = (size: number, head: TreeHead): string =>
  `the log is behind its last signed head: it ends at ${size}, and ${said(head)}, is over ${head.size}`;

/** The log has something else than a head is over, somewhere from `from` on. */
export const different = (from: number, head: TreeHead): string =>
  `the log is not the one that was signed: something from sequence ${from} to ${head.size} differs from ${said(head)}`;

const changed = (sequence: Sequence, head: TreeHead): string =>
  `the log is not the one that was signed: sequence ${sequence} was changed, as ${said(head)}, shows`;
