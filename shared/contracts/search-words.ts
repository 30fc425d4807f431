/** Longest text that can be searched for. */
export const SEARCH_LENGTH_MAX = 200;
/** A longer word counts up to here, in what is searched and in what is searched for. */
const WORD_LENGTH_MAX = 64;

const MARKS = /\p{M}+/gu;
const WORD = /[\p{L}\p{N}]+/gu;

/**
 * The words of a text, each once, as they are compared: letters and digits, everything else only separates; case, accents and
 * other marks do not count (`É` is `e`, `ß` is `ss`). At most `max` of them.
 */
export function wordsOf(text: string, max = Infinity): string[] {
  const words = new Set<string>();
  for (const [word] of folded(text).matchAll(WORD)) {
    if (words.size >= max) break;
    words.add(shortened(word));
  }
  return [...words];
}

/** Upper case first: it takes letters apart that lower case leaves together. */
const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replace(MARKS, '')
    .replaceAll('ς', 'σ');

/** By whole characters: half of a pair is none. */
const shortened = (word: string): string =>
  word.length <= WORD_LENGTH_MAX ? word : Array.from(word).slice(0, WORD_LENGTH_MAX).join('');
