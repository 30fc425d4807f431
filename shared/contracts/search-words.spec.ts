import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wordsOf } from './search-words.js';

describe('the words of a text', () => {
  it.each([
    ['CREATE_APP by user-1', ['create', 'app', 'by', 'user', '1']],
    ['Ünïcödé ÉCOLE Straße ΟΔΟΣ', ['unicode', 'ecole', 'strasse', 'οδοσ']],
    ['İstanbul ﬁne Ⅷ ᴬ²', ['istanbul', 'fine', 'viii', 'a2']],
    ['日本語 テスト', ['日本語', 'テスト']],
    ['twice Twice TWICE', ['twice']],
    ['', []],
    ['"*" -() ^:{}\\ \0 \ud800', []],
    ['a AND NOT b* NEAR(c d)', ['a', 'and', 'not', 'b', 'near', 'c', 'd']],
  ])('%j are %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  it('have a length and a number that they do not go beyond', () => {
    expect(wordsOf('x'.repeat(1_000))).toEqual(['x'.repeat(64)]);
    expect(wordsOf('𝐱'.repeat(1_000) + 'é'.repeat(70))[0]).toHaveLength(64);
    expect(Array.from(wordsOf('𠀀'.repeat(70))[0] ?? '')).toHaveLength(64);
    expect(wordsOf('a b c d', 3)).toEqual(['a', 'b', 'c']);
  });

  it('are themselves when they are taken apart again, and begin alike when what they are of does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const words = wordsOf(text);
        expect(wordsOf(words.join(' '))).toEqual(words);
        for (const word of words) expect(word).toMatch(/^[\p{L}\p{N}]+$/u);
      }),
    );
  });
});
