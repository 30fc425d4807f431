import type { Kysely } from 'kysely';
import { consistencyRanges, inclusionRanges, type LeafRange } from '#shared/es/merkle-proof.js';
import type { Hash, MerkleHashing } from '#shared/es/merkle-tree.js';
import {
  type MerkleTiles,
  peaksOver,
  rootOver,
  type TilePlace,
  tileOfLeaf,
  tilesFor,
} from '#shared/es/merkle-tiles.js';
import { EDGE, hashesOf, tileId, treeOf } from './audit-tree.js';
import type { AuditTables } from './tables.js';

/** Keys of one query. */
const TILES_MAX = 500;

/** The stored tree is not whole: a row is missing, or is none of ours. Rebuilding the read model mends it. */
export class TreeDamagedError extends Error {
  override readonly name = 'TreeDamagedError';
}

/** The tree that the audit service keeps, as it stands: what it tells is of that size, and reads a few rows of tiles. */
export class StoredTree {
  readonly #db: Kysely<AuditTables>;
  readonly #hashing: MerkleHashing;
  readonly #tree: MerkleTiles;

  private constructor(db: Kysely<AuditTables>, hashing: MerkleHashing, tree: MerkleTiles) {
    this.#db = db;
    this.#hashing = hashing;
    this.#tree = tree;
  }

  /** Reads the one row that it goes on from. Errors: {@link TreeDamagedError}. */
  static async read(db: Kysely<AuditTables>, hashing: MerkleHashing): Promise<StoredTree> {
    const edge = await db
      .selectFrom('audit_tree')
      .select(['size', 'hashes'])
      .where('id', '=', EDGE)
      .executeTakeFirst();
    return new StoredTree(
      db,
      hashing,
      undamaged(() => treeOf(hashing, edge)),
    );
  }

  get size(): number {
    return this.#tree.size;
  }

  /** The root that the tree had when it had so many leaves. Errors: {@link TreeDamagedError}; RangeError past its size. */
  async rootAt(size: number): Promise<Hash> {
    const [root] = await this.#rootsOver(size, [{ from: 0, to: size }]);
    return root as Hash;
  }

  /** That the leaf is in the tree of the first `size` leaves. Errors: as {@link rootAt}. */
  async inclusion(index: number, size: number): Promise<{ root: Hash; proof: Hash[] }> {
    const ranges = [{ from: 0, to: size }, ...inclusionRanges(index, size)];
    const [root, ...proof] = await this.#rootsOver(size, ranges);
    return { root: root as Hash, proof };
  }

  /** That the tree of the first `size` leaves goes on from that of the first `earlier` ones. Errors: as {@link rootAt}. */
  async consistency(
    earlier: number,
    size: number,
  ): Promise<{ roots: readonly [Hash, Hash]; proof: Hash[] }> {
    const whole = [earlier, size].map((to) => ({ from: 0, to }));
    const ranges = [...whole, ...consistencyRanges(earlier, size)];
    const [before, after, ...proof] = await this.#rootsOver(size, ranges);
    return { roots: [before as Hash, after as Hash], proof };
  }

  /** The roots of the whole subtrees that the first `size` leaves are made of. Errors: as {@link rootAt}. */
  async peaks(size: number): Promise<Hash[]> {
    const range = { from: 0, to: size };
    const tileHashes = await this.#tilesFor(size, tilesFor([range]));
    return undamaged(() => peaksOver(this.#hashing, range, tileHashes));
  }

  /** The hashes of the leaves from `from` up to `to`. Errors: as {@link rootAt}. */
  async leaves({ from, to }: LeafRange): Promise<Hash[]> {
    const places = Array.from({ length: to - from }, (_, i) => tileOfLeaf(from + i));
    const tiles = new Map(places.map(({ tile }) => [tileId(tile), tile]));
    const tileHashes = await this.#tilesFor(to, [...tiles.values()]);
    return places.map(({ tile, from: at }) => {
      const hash = tileHashes(tile)?.[at];
      if (hash === undefined) throw new TreeDamagedError(MISSING);
      return hash;
    });
  }

  async #rootsOver(size: number, ranges: readonly LeafRange[]): Promise<Hash[]> {
    const tileHashes = await this.#tilesFor(size, tilesFor(ranges));
    return undamaged(() => ranges.map((range) => rootOver(this.#hashing, range, tileHashes)));
  }

  /** What is in these tiles; all that are asked for must be there. */
  async #tilesFor(size: number, tiles: readonly TilePlace[]) {
    if (size > this.size) throw new RangeError(`The tree has ${this.size} leaves`);
    const stored = tiles.filter((tile) => !this.#tree.openTile(tile)).map(tileId);
    const found = new Map<string, readonly Hash[]>();
    for (let from = 0; from < stored.length; from += TILES_MAX) {
      const rows = await this.#db
        .selectFrom('audit_tree')
        .select(['id', 'hashes'])
        .where('id', 'in', stored.slice(from, from + TILES_MAX))
        .execute();
      for (const { id, hashes } of rows) found.set(id, hashesOf(hashes));
    }
    return (tile: TilePlace) => this.#tree.openTile(tile) ?? found.get(tileId(tile));
  }
}

const MISSING =
  'A row of the tree is missing or damaged; build it again with: sortie projections rebuild audit.audit_tree';

function undamaged<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new TreeDamagedError(MISSING, { cause });
  }
}
