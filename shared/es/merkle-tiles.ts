import { type LeafRange } from './merkle-proof.js';
import {
  type Hash,
  type MerkleHashing,
  type NodePlace,
  rootOf,
  wholeSubtrees,
} from './merkle-tree.js';

/** Levels of the tree in one tile. More would need fewer reads for a proof, and a larger row rewritten with each leaf. */
const TILE_LEVELS = 4;
const TILE_HASHES = 2 ** TILE_LEVELS;

/** Where a tile is: row `level` from the leaves, and how many stand before it there. */
export type TilePlace = Readonly<{ level: number; index: number }>;
/** Sixteen hashes that stand side by side, from which those of the three levels above them can be made. Once it is there it never changes. */
export type Tile = TilePlace & Readonly<{ hashes: readonly Hash[] }>;

/**
 * A tree that hands its nodes out in tiles as they are complete, to be stored; it keeps only those that are not: at most
 * fifteen hashes a level of tiles.
 */
export class MerkleTiles {
  readonly #hashing: MerkleHashing;
  readonly #open: Hash[][];
  #size: number;

  /** Goes on from a size and the hashes of the tiles that were not complete there, those of leaves first. */
  constructor(
    hashing: MerkleHashing,
    from: { size: number; open: readonly (readonly Hash[])[] } = { size: 0, open: [] },
  ) {
    this.#hashing = hashing;
    this.#size = from.size;
    this.#open = from.open.map((hashes) => [...hashes]);
    const isWhole = this.#open.every((hashes, level) => hashes.length === openIn(from.size, level));
    if (!isWhole || from.size >= TILE_HASHES ** this.#open.length) {
      throw new RangeError(`What is kept of the tree is not that of a tree of ${from.size} leaves`);
    }
  }

  get size(): number {
    return this.#size;
  }

  get open(): readonly (readonly Hash[])[] {
    return this.#open;
  }

  /** Adds a leaf by its hash; `onTile` is handed every tile that is complete with it. */
  append(leaf: Hash, onTile: (tile: Tile) => void): void {
    this.#size += 1;
    let hash = leaf;
    for (let level = 0; ; level += 1) {
      const hashes = (this.#open[level] ??= []);
      hashes.push(hash);
      if (hashes.length < TILE_HASHES) return;
      const index = this.#size / TILE_HASHES ** (level + 1) - 1;
      onTile({ level, index, hashes });
      this.#open[level] = [];
      hash = joined(this.#hashing, hashes);
    }
  }

  /** The tile at a place, if it is one of those that are not complete. */
  openTile({ level, index }: TilePlace): readonly Hash[] | undefined {
    const isOpen = index === Math.floor(this.#size / TILE_HASHES ** (level + 1));
    return isOpen ? (this.#open[level] ?? []) : undefined;
  }

  root(): Hash {
    const peaks = wholeSubtrees(0, this.#size).map((place) => {
      const { tile, from, count } = within(place);
      return joined(this.#hashing, (this.openTile(tile) ?? []).slice(from, from + count));
    });
    return rootOf(this.#hashing, peaks);
  }
}

/** How many hashes the tile at the right edge has on a level. */
const openIn = (size: number, level: number): number =>
  Math.floor(size / TILE_HASHES ** level) % TILE_HASHES;

/** The root over 1, 2, 4, 8 or 16 hashes side by side. */
function joined(hashing: MerkleHashing, hashes: readonly Hash[]): Hash {
  let row = hashes;
  while (row.length > 1) {
    const above: Hash[] = [];
    for (let i = 0; i + 1 < row.length; i += 2) {
      above.push(hashing.node(row[i] as Hash, row[i + 1] as Hash));
    }
    row = above;
  }
  const [root] = row;
  if (root === undefined) throw new RangeError('A tile of the tree is missing');
  return root;
}

/** The tile that a node is made from, and which of its hashes. */
function within({ level, index }: NodePlace): { tile: TilePlace; from: number; count: number } {
  const count = 2 ** (level % TILE_LEVELS);
  const first = index * count;
  const row = Math.floor(level / TILE_LEVELS);
  const tile = { level: row, index: Math.floor(first / TILE_HASHES) };
  return { tile, from: first % TILE_HASHES, count };
}

/** Where a leaf's hash is. */
export const tileOfLeaf = (index: number): { tile: TilePlace; from: number } =>
  within({ level: 0, index });

/** The tiles that the roots over these ranges are made from, each once: a few for each power of sixteen in the tree's size. */
export function tilesFor(ranges: readonly LeafRange[]): TilePlace[] {
  const tiles = new Map<string, TilePlace>();
  for (const place of ranges.flatMap(({ from, to }) => wholeSubtrees(from, to))) {
    const { tile } = within(place);
    tiles.set(`${tile.level}/${tile.index}`, tile);
  }
  return [...tiles.values()];
}

export type HashesOf = (tile: TilePlace) => readonly Hash[] | undefined;

/** The roots of the whole subtrees that these leaves are made of, largest first when they begin at 0. Throws RangeError for a tile that is missing. */
export const peaksOver = (
  hashing: MerkleHashing,
  { from, to }: LeafRange,
  hashesOf: HashesOf,
): Hash[] =>
  wholeSubtrees(from, to).map((place) => {
    const { tile, from: first, count } = within(place);
    return joined(hashing, (hashesOf(tile) ?? []).slice(first, first + count));
  });

/** The root over some leaves, which is one hash of a proof. Throws RangeError for a tile that is missing. */
export const rootOver = (hashing: MerkleHashing, range: LeafRange, hashesOf: HashesOf): Hash =>
  rootOf(hashing, peaksOver(hashing, range, hashesOf));
