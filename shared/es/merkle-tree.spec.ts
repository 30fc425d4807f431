import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { merkleHashing as hashing } from '#shared/adapters/merkle-hashing.js';
import { reference } from '#test/support/merkle-reference.js';
import {
  consistencyRanges,
  inclusionRanges,
  verifyConsistency,
  verifyInclusion,
} from './merkle-proof.js';
import { MerkleTiles, rootOver, type Tile, tilesFor, type TilePlace } from './merkle-tiles.js';
import { type Hash, MerkleRange, sameHash } from './merkle-tree.js';

const hex = (hash: Hash): string => Buffer.from(hash).toString('hex');
const unhex = (text: string): Hash => Buffer.from(text, 'hex');
/** A tree whose tiles are stored, and how many were asked for. */
function storedTree(leaves: readonly Uint8Array[]) {
  const tiles = new Map<string, readonly Hash[]>();
  const keyOf = ({ level, index }: TilePlace): string => `${level}/${index}`;
  const tree = new MerkleTiles(hashing);
  const store = (tile: Tile): void => void tiles.set(keyOf(tile), tile.hashes);
  for (const leaf of leaves) tree.append(hashing.leaf(leaf), store);
  let reads = 0;
  const hashesOf = (place: TilePlace): readonly Hash[] | undefined => {
    const open = tree.openTile(place);
    if (open) return open;
    reads += 1;
    return tiles.get(keyOf(place));
  };
  const prove = (ranges: readonly { from: number; to: number }[]): Hash[] =>
    ranges.map((range) => rootOver(hashing, range, hashesOf));
  return { tree, tiles, prove, reads: () => reads };
}

const someLeaves = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 80 });
/** Some leaves, and two places in them, the first not behind the second. */
const withPlaces = someLeaves.chain((leaves) =>
  fc
    .tuple(fc.integer({ min: 1, max: leaves.length }), fc.integer({ min: 1, max: leaves.length }))
    .map(([a, b]) => ({ leaves, earlier: Math.min(a, b), later: Math.max(a, b) })),
);

/** Leaves and roots of the reference implementation's own tests (google/certificate-transparency, merkle_tree_test.cc). */
const PUBLISHED_LEAVES = [
  ...['', '00', '10', '2021', '3031', '40414243', '5051525354555657'],
  '606162636465666768696a6b6c6d6e6f',
].map(unhex);
const PUBLISHED_ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const [A, B, C, D, E, F] = [
  '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
  '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
  '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
  '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
];

describe('the published test vectors', () => {
  it.each(PUBLISHED_ROOTS.map((root, size) => ({ root, size })))(
    'have the root of $size leaves',
    ({ root, size }) => {
      const leaves = PUBLISHED_LEAVES.slice(0, size);
      const range = new MerkleRange(hashing);
      for (const leaf of leaves) range.append(hashing.leaf(leaf));
      expect(hex(range.root())).toBe(root);
      expect(hex(storedTree(leaves).tree.root())).toBe(root);
      expect(hex(reference.root(leaves))).toBe(root);
    },
  );

  // transparency-dev/merkle, testdata/inclusion/{1,2}/happy-path.json
  it.each([
    [0, 8, [A, B, C]],
    [5, 8, [D, E, PUBLISHED_ROOTS[4]]],
  ])('have the inclusion of leaf %i in %i', (index, size, proof) => {
    const { prove } = storedTree(PUBLISHED_LEAVES.slice(0, size));
    expect(prove(inclusionRanges(index, size)).map(hex)).toEqual(proof);
  });

  // transparency-dev/merkle, testdata/consistency/{1,2,3}/happy-path.json
  it.each([
    [1, 8, [A, B, C]],
    [6, 8, [F, E, PUBLISHED_ROOTS[4]]],
    [2, 5, [B, D]],
  ])('have the consistency of %i and %i', (earlier, size, proof) => {
    const { prove } = storedTree(PUBLISHED_LEAVES.slice(0, size));
    expect(prove(consistencyRanges(earlier, size)).map(hex)).toEqual(proof);
  });

  it('of RFC 6962, section 2.1.3, name the nodes of each proof in a tree of seven', () => {
    // a, b, … j stand there for leaves 0 to 6 and g = (a,b), h = (c,d), i = (e,f), j = d6, k = (g,h), l = (i,j).
    const text = (ranges: readonly { from: number; to: number }[]) =>
      ranges.map(({ from, to }) => `${from}-${to}`).join(' ');
    expect(text(inclusionRanges(0, 7))).toBe('1-2 2-4 4-7');
    expect(text(inclusionRanges(3, 7))).toBe('2-3 0-2 4-7');
    expect(text(inclusionRanges(4, 7))).toBe('5-6 6-7 0-4');
    expect(text(inclusionRanges(6, 7))).toBe('4-6 0-4');
    expect(text(consistencyRanges(3, 7))).toBe('2-3 3-4 0-2 4-7');
    expect(text(consistencyRanges(4, 7))).toBe('4-7');
    expect(text(consistencyRanges(6, 7))).toBe('4-6 6-7 0-4');
  });
});

describe('a tree', () => {
  it('has the root that RFC 6962 defines, however it is kept, and goes on from what it keeps', () => {
    fc.assert(
      fc.property(withPlaces, ({ leaves, earlier }) => {
        const [before, after] = [new MerkleRange(hashing), new MerkleTiles(hashing)];
        const none = (): void => undefined;
        for (const leaf of leaves.slice(0, earlier)) {
          before.append(hashing.leaf(leaf));
          after.append(hashing.leaf(leaf), none);
        }
        const range = new MerkleRange(hashing, before);
        const tiles = new MerkleTiles(hashing, after);
        for (const leaf of leaves.slice(earlier)) {
          range.append(hashing.leaf(leaf));
          tiles.append(hashing.leaf(leaf), none);
        }
        const root = hex(reference.root(leaves));
        expect([hex(range.root()), hex(tiles.root())]).toEqual([root, root]);
      }),
    );
  });

  it('proves what RFC 6962 defines, of any size that it once had', () => {
    fc.assert(
      fc.property(withPlaces, ({ leaves, earlier, later }) => {
        const { prove } = storedTree(leaves);
        const then = leaves.slice(0, later);
        expect(prove(inclusionRanges(earlier - 1, later)).map(hex)).toEqual(
          reference.path(earlier - 1, then).map(hex),
        );
        expect(prove(consistencyRanges(earlier, later)).map(hex)).toEqual(
          reference.subproof(earlier, then, true).map(hex),
        );
      }),
    );
  });

  it('keeps no more than its peaks, and hands out each tile once and whole', () => {
    const { tree, tiles } = storedTree(Array.from({ length: 5_000 }, (_, i) => Buffer.of(i % 256)));
    expect(tree.open.flat().length).toBeLessThan(4 * 16);
    expect([...tiles.values()].every((hashes) => hashes.length === 16)).toBe(true);
    expect(tiles.size).toBe(312 + 19 + 1);
  });

  it('of four thousand leaves needs a tile or two a power of sixteen for any proof', () => {
    const leaves = Array.from({ length: 4_096 }, (_, i) => Buffer.from(String(i)));
    for (const index of [0, 1, 77, 2_047, 4_095]) {
      expect(tilesFor(inclusionRanges(index, leaves.length)).length).toBeLessThanOrEqual(3);
    }
    for (const earlier of [1, 15, 16, 17, 4_095]) {
      expect(tilesFor(consistencyRanges(earlier, leaves.length)).length).toBeLessThanOrEqual(3);
    }
    // Of a size that it had on the way, too: its peaks stand in tiles of their own.
    expect(tilesFor(inclusionRanges(7, 4_095)).length).toBeLessThanOrEqual(6);
  });

  it('of a million needs five rows, and past 32 bits no more than the size has digits', () => {
    expect(tilesFor(inclusionRanges(123_456, 2 ** 20)).length).toBe(5);
    expect(tilesFor(inclusionRanges(123_456, 1_000_000)).length).toBeLessThanOrEqual(9);
    const huge = 2 ** 40 + 12_345;
    expect(inclusionRanges(2 ** 39, huge).length).toBe(41);
    expect(tilesFor(inclusionRanges(2 ** 39, huge)).length).toBeLessThanOrEqual(21);
  });

  it('does not go on from what is not its own', () => {
    expect(() => new MerkleRange(hashing, { size: 3, peaks: [] })).toThrow(RangeError);
    expect(() => new MerkleTiles(hashing, { size: 3, open: [] })).toThrow(RangeError);
    expect(() => new MerkleTiles(hashing, { size: 16, open: [] })).toThrow(RangeError);
  });

  it.each([
    [() => inclusionRanges(3, 3)],
    [() => inclusionRanges(-1, 3)],
    [() => inclusionRanges(0.5, 3)],
    [() => consistencyRanges(0, 3)],
    [() => consistencyRanges(4, 3)],
  ])('has no proof of a place that it has not: %s', (ask) => {
    expect(ask).toThrow(RangeError);
  });
});

describe('a proof', () => {
  it('is good for what it was made for, and for nothing else', () => {
    fc.assert(
      fc.property(withPlaces, fc.nat(), fc.nat(), ({ leaves, earlier, later }, a, b) => {
        const { prove } = storedTree(leaves);
        const [index, size] = [earlier - 1, later];
        const proof = prove(inclusionRanges(index, size));
        const root = reference.root(leaves.slice(0, size));
        const claim = {
          index,
          size,
          leaf: hashing.leaf(leaves[index] ?? Buffer.of()),
          proof,
          root,
        };
        expect(verifyInclusion(hashing, claim)).toBe(true);
        for (const changed of [
          { ...claim, root: flipped(root, a) },
          { ...claim, leaf: flipped(claim.leaf, a) },
          { ...claim, proof: [...proof, root] },
          { ...claim, index: size },
          { ...claim, index: -1 },
          ...(proof.length > 0
            ? [
                { ...claim, proof: proof.slice(1) },
                {
                  ...claim,
                  proof: proof.with(b % proof.length, flipped(proof[b % proof.length] as Hash, a)),
                },
              ]
            : []),
        ]) {
          expect(verifyInclusion(hashing, changed)).toBe(false);
        }
      }),
    );
  });

  it('of consistency is, too', () => {
    fc.assert(
      fc.property(
        withPlaces,
        fc.nat(),
        fc.nat(),
        ({ leaves, earlier: first, later: second }, a, b) => {
          const { prove } = storedTree(leaves);
          const proof = prove(consistencyRanges(first, second));
          const earlier = { size: first, root: reference.root(leaves.slice(0, first)) };
          const later = { size: second, root: reference.root(leaves.slice(0, second)) };
          const claim = { earlier, later, proof };
          expect(verifyConsistency(hashing, claim)).toBe(true);
          for (const changed of [
            { ...claim, earlier: { ...earlier, root: flipped(earlier.root, a) } },
            { ...claim, later: { ...later, root: flipped(later.root, a) } },
            { ...claim, proof: [...proof, later.root] },
            { ...claim, earlier: { ...earlier, size: 0 } },
            { ...claim, earlier: { ...earlier, size: second + 1 } },
            ...(proof.length > 0
              ? [
                  { ...claim, proof: proof.slice(1) },
                  { ...claim, proof: [] },
                  {
                    ...claim,
                    proof: proof.with(
                      b % proof.length,
                      flipped(proof[b % proof.length] as Hash, a),
                    ),
                  },
                ]
              : []),
          ]) {
            expect(verifyConsistency(hashing, changed)).toBe(false);
          }
        },
      ),
    );
  });

  it('does not pass a node off as a leaf', () => {
    const [left, right] = [hashing.leaf(Buffer.of(1)), hashing.leaf(Buffer.of(2))];
    const asEntry = Buffer.concat([left, right]);
    expect(sameHash(hashing.leaf(asEntry), hashing.node(left, right))).toBe(false);
  });
});

function flipped(hash: Hash, seed: number): Hash {
  const copy = Buffer.from(hash);
  copy[seed % copy.length] = (copy[seed % copy.length] ?? 0) ^ (1 << (seed % 8));
  return copy;
}
