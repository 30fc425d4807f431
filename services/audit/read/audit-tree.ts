import { leafText, vacantLeafText } from '#shared/es/commit-leaf.js';
import type { Commit, RecordedEvent } from '#shared/es/commit.js';
import { HASH_BYTES, type Hash, type MerkleHashing } from '#shared/es/merkle-tree.js';
import { MerkleTiles, type TilePlace } from '#shared/es/merkle-tiles.js';
import { foldedModel, type ReadModel, type Row } from '#shared/es/read-model.js';

/** One of the two kinds of rows: the tree's right edge under {@link EDGE}, or a complete tile. */
export type TreeRow = {
  id: string;
  /** Leaves that the tree had when the row came out so. */
  size: number;
  /** Hexadecimal digits; those of the edge in parts, one a level of tiles. */
  hashes: string;
};

export const EDGE = 'edge';
const BETWEEN_LEVELS = '/';
/** So many places in a row without a commit are no accident: the read model stops instead of filling them in for hours. */
const VACANT_MAX = 1_000_000;
const HASH_DIGITS = 2 * HASH_BYTES;

/**
 * The Merkle tree over the log (RFC 6962): leaf `sequence - 1` is the commit with that sequence. It goes on from the row
 * of its edge, so that no hash of before is read again, and writes what is complete in tiles that never change.
 */
export const auditTree = (hashing: MerkleHashing): ReadModel =>
  foldedModel({
    table: 'audit_tree',
    version: 1,
    key: 'id',
    newer: 'kept',
    folding: { needs: [EDGE], fold: (rows, events) => grow(hashing, rows.get(EDGE), events) },
  });

function grow(
  hashing: MerkleHashing,
  edge: Row | undefined,
  events: readonly RecordedEvent[],
): TreeRow[] {
  const tree = treeOf(hashing, edge as TreeRow | undefined);
  const rows: TreeRow[] = [];
  const append = (text: string): void =>
    tree.append(hashing.leaf(Buffer.from(text)), (tile) =>
      rows.push({ id: tileId(tile), size: tree.size, hashes: digitsOf(tile.hashes) }),
    );
  for (const commit of commitsOf(events)) {
    if (commit.sequence <= tree.size) {
      throw new RangeError(`the tree has ${tree.size} leaves already`);
    }
    if (commit.sequence - tree.size > VACANT_MAX) {
      throw new RangeError(`the places from ${tree.size + 1} on are missing in the log`);
    }
    while (tree.size + 1 < commit.sequence) append(vacantLeafText(tree.size + 1));
    append(leafText(commit));
  }
  rows.push({ id: EDGE, size: tree.size, hashes: tree.open.map(digitsOf).join(BETWEEN_LEVELS) });
  return rows;
}

/** Puts events that were stored together back together. */
function commitsOf(events: readonly RecordedEvent[]): Commit[] {
  const commits: (Commit & { events: Commit['events'][number][] })[] = [];
  for (const { sequence, stream, commandId, cloud } of events) {
    const last = commits.at(-1);
    if (last?.sequence === sequence) last.events.push(cloud);
    else commits.push({ sequence, stream, commandId, events: [cloud] });
  }
  return commits;
}

/** The tree as the row of its edge has it. Throws RangeError for a row that nothing of ours has written. */
export function treeOf(
  hashing: MerkleHashing,
  edge: Pick<TreeRow, 'size' | 'hashes'> | undefined,
): MerkleTiles {
  if (!edge) return new MerkleTiles(hashing);
  const open = edge.hashes.split(BETWEEN_LEVELS).map(hashesOf);
  return new MerkleTiles(hashing, { size: edge.size, open });
}

/** The key of a tile's row. */
export const tileId = ({ level, index }: TilePlace): string => `${level}/${index}`;

const digitsOf = (hashes: readonly Hash[]): string =>
  hashes.map((hash) => Buffer.from(hash).toString('hex')).join('');

/** The hashes in a row of a tile. */
export function hashesOf(digits: string): Hash[] {
  const bytes = Buffer.from(digits, 'hex');
  return Array.from({ length: digits.length / HASH_DIGITS }, (_, i) =>
    bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  );
}
