import type { HeadCopy } from '#shared/contracts/audit.js';
import type { TreeHead } from '#shared/contracts/tree-head.js';
import type { EventLog } from '#shared/es/event-log.js';
import type { Hash } from '#shared/es/merkle-tree.js';
import type { AuditKey } from '../adapters/audit-key.js';
import type { StoredTree } from '../read/tree.query.js';
import { readLeaves } from './log-pages.js';

/** NATS takes answers of a megabyte; one commit always fits. */
const PAGE_BYTES_MAX = 512 * 1_024;

/** What the audit service proves things with; who signs is missing where nobody does. */
export type Proving = Readonly<{
  log: EventLog;
  tree: () => Promise<StoredTree>;
  newestHead: () => Promise<TreeHead | undefined>;
  listHeads: (page: { after: number; limit: number }) => Promise<TreeHead[]>;
  key?: AuditKey;
  copies: () => readonly HeadCopy[];
  trouble: () => string | undefined;
}>;

/** The tree does not reach to where it was asked about. */
export class NotInTreeError extends Error {
  override readonly name = 'NotInTreeError';
}

const digits = (hash: Hash): string => Buffer.from(hash).toString('hex');

/** Proves that a place of the log is in the tree of a size. Errors: {@link NotInTreeError}, TreeDamagedError, LogUnavailableError. */
export async function proveInclusion(
  { tree: treeNow, newestHead, log }: Proving,
  { sequence, size: asked }: { sequence: number; size?: number | undefined },
) {
  const tree = await treeNow();
  const size = asked ?? (await newestHead())?.size ?? tree.size;
  requireIn(size, tree.size);
  requireIn(sequence, size);
  const { root, proof } = await tree.inclusion(sequence - 1, size);
  const { leaves } = await readLeaves(log, { after: sequence - 1, limit: 1 });
  const [leaf = ''] = leaves;
  return { sequence, size, root: digits(root), leaf, proof: proof.map(digits) };
}

/** Proves that the tree of a size goes on from that of another. Errors: as {@link proveInclusion}. */
export async function proveConsistency(
  { tree: treeNow }: Proving,
  { from, to }: { from: number; to: number },
) {
  const tree = await treeNow();
  requireIn(to, tree.size);
  requireIn(from, to);
  const { roots, proof } = await tree.consistency(from, to);
  const [from_root, to_root] = roots.map(digits) as [string, string];
  return { from, to, from_root, to_root, proof: proof.map(digits) };
}

/** What a tree of a size goes on from. Errors: as {@link proveInclusion}. */
export async function showPeaks({ tree: treeNow }: Proving, { size }: { size: number }) {
  const tree = await treeNow();
  requireIn(size, tree.size);
  return { size, peaks: (await tree.peaks(size)).map(digits) };
}

/** What the tree is over, read from the log: as many places as an answer holds. Errors: LogUnavailableError. */
export async function listLeaves(
  { log }: Pick<Proving, 'log'>,
  { after, limit }: { after: number; limit: number },
) {
  const { leaves } = await readLeaves(log, { after, limit });
  let [count, bytes] = [0, 0];
  for (const leaf of leaves) {
    bytes += Buffer.byteLength(JSON.stringify(leaf));
    if (count > 0 && bytes > PAGE_BYTES_MAX) break;
    count += 1;
  }
  return { leaves: leaves.slice(0, count), through: after + count };
}

function requireIn(place: number, end: number): void {
  if (place <= end) return;
  throw new NotInTreeError(`There is no ${place} in it: it ends at ${end}.`);
}
