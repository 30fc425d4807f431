import { fold } from '../grouping.js';

/** What can be found: a name that is shown, and words that also lead to it. */
export interface Findable {
  group: string;
  name: string;
  words?: string;
  /** Offered before anything is typed. */
  suggested?: boolean;
}

const FOUND_MAX = 12;

/** Finds what contains every word of `query`, names that start with it first, groups together in the order of their best. */
export function findEntries<T extends Findable>(entries: readonly T[], query: string): T[] {
  const words = fold(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return entries.filter((entry) => entry.suggested);
  const found = entries
    .map((entry) => ({ entry, rank: rankOf(entry, words) }))
    .filter(({ rank }) => rank !== undefined)
    .toSorted((one, other) => Number(one.rank) - Number(other.rank))
    .slice(0, FOUND_MAX)
    .map(({ entry }) => entry);
  const groups = [...new Set(found.map(({ group }) => group))];
  return groups.flatMap((group) => found.filter((entry) => entry.group === group));
}

/** Gives the place to go to from `at` by an arrow key, round the ends. */
export function stepTo(at: number, key: string, count: number): number | undefined {
  if (count === 0) return undefined;
  if (key === 'ArrowDown') return (at + 1) % count;
  if (key === 'ArrowUp') return (at - 1 + count) % count;
  return undefined;
}

function rankOf(entry: Findable, words: readonly string[]): number | undefined {
  const name = fold(entry.name);
  const text = `${name} ${fold(entry.words ?? '')}`;
  if (!words.every((word) => text.includes(word))) return undefined;
  const [first = ''] = words;
  if (name.startsWith(first)) return 0;
  if (name.split(/\s+/).some((word) => word.startsWith(first))) return 1;
  return name.includes(first) ? 2 : 3;
}
