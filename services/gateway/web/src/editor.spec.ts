import { describe, expect, it } from 'vitest';
import { editsAny, mayEdit, sayCategories } from './editor.js';

describe('whoever looks after categories', () => {
  it('may change the apps of those, letter for letter, and no others', () => {
    const may = (category: string) => mayEdit(['Office', ' Games'], { category });
    expect(['Office', ' Games', 'office', 'Games', ''].map(may)).toEqual([
      ...[true, true],
      ...[false, false, false],
    ]);
  });

  it('has something to change; who looks after none has nothing, and may yet be unknown', () => {
    expect([['Office'], 'all' as const, [], undefined].map(editsAny)).toEqual([
      ...[true, true],
      ...[false, false],
    ]);
  });

  it('is told the categories in a sentence', () => {
    expect(sayCategories(['Arts'])).toBe('Arts');
    expect(sayCategories(['Arts', 'Games', 'Office'])).toBe('Arts, Games and Office');
  });
});

it('an administrator may change every app', () => {
  expect(mayEdit('all', { category: '' })).toBe(true);
});
