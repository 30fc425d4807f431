import { wordsOf } from '#shared/contracts/search-words.js';
import { isPersonal } from '#shared/es/personal.js';

/** Words of one entry: a revision of an app may bring pages of text, and its beginning finds it as well. */
const WORDS_MAX = 400;
const ABOUT = '→';
const NO_LETTER = /[^a-z0-9]/g;

/** What an entry can be found by. Of what is sealed for a person nothing is kept: an index would outlive the key. */
export type Searched = Readonly<{
  /** Any JSON. Of objects it is the values, and the names of the fields that were changed. */
  content: readonly unknown[];
  /** Ids of the people whom it concerns: who did it, and to whom. */
  about: readonly string[];
}>;

/** An entry's words and whom it is about, as the column that both databases index. */
export function searchTextOf({ content, about }: Searched): string {
  const texts = content.flatMap(textsIn).filter((text) => !isPersonal(text));
  return [...new Set(about.map(markOf)), ...wordsOf(texts.join(' '), WORDS_MAX)].join(' ');
}

/**
 * The mark that the entries about a person have in that column. Nothing that anybody searches for can be one: it begins
 * with what is no letter. What an index could fold or split is written in digits.
 */
export const markOf = (userId: string): string =>
  `${ABOUT}${userId.replace(NO_LETTER, (character) => `·${character.charCodeAt(0)}·`)}`;

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return Object.entries(value).flatMap(([field, inner]) => [
    ...(field === 'changes' && typeof inner === 'object' && inner ? Object.keys(inner) : []),
    ...textsIn(inner),
  ]);
}
