import { beforeEach, describe, expect, it } from 'vitest';
import type { TreeHead } from '#shared/contracts/tree-head.js';
import type { HeadPlace } from '#services/audit/adapters/head-place.js';

/** A head that nobody has signed. */
export const headNumbered = (number: number, over: Partial<TreeHead> = {}): TreeHead => ({
  ...{ number, size: number * 10, root: 'a'.repeat(64), time: '2026-11-21T08:00:00.123Z' },
  ...{ log: 'l-1', previous: 'b'.repeat(64), key: 'c'.repeat(64), signature: 'd'.repeat(128) },
  ...over,
});

/** The heads in a place that can be read. */
export async function headsIn(place: HeadPlace, from = 1): Promise<TreeHead[]> {
  const heads: TreeHead[] = [];
  for await (const head of place.read?.(from) ?? []) heads.push(head);
  return heads;
}

/** What everything that keeps heads, and can be read, must do. `open` makes a new one; opened again it is the same. */
export function headPlaceContract(name: string, newPlace: () => Promise<() => HeadPlace>): void {
  describe(`a place of tree heads in ${name}`, () => {
    let open: () => HeadPlace;
    let place: HeadPlace;
    beforeEach(async () => {
      open = await newPlace();
      place = open();
    });

    it('is empty at first', async () => {
      expect(await headsIn(place)).toEqual([]);
      expect(await headsIn(place, 7)).toEqual([]);
    });

    it('gives back what it was handed, as it was and in order, also later', async () => {
      const heads = [1, 2, 9, 10, 11].map((number) => headNumbered(number));
      for (const head of heads) await place.append(head);
      expect(await headsIn(place)).toEqual(heads);
      expect(await headsIn(open())).toEqual(heads);
    });

    it('gives at least what comes from a number on, or else the last', async () => {
      for (const number of [1, 2, 3, 4]) await place.append(headNumbered(number));
      expect((await headsIn(place, 3)).slice(-2)).toEqual([headNumbered(3), headNumbered(4)]);
      expect((await headsIn(place, 9)).at(-1)).toEqual(headNumbered(4));
    });

    it('may be handed one twice', async () => {
      for (const number of [1, 2, 2]) await place.append(headNumbered(number));
      const numbers = new Set((await headsIn(place)).map(({ number }) => number));
      expect([...numbers]).toEqual([1, 2]);
    });

    it('has a name without a secret in it', () => {
      expect(place.name).not.toMatch(/secret/i);
      expect(place.name.length).toBeGreaterThan(3);
    });
  });
}
