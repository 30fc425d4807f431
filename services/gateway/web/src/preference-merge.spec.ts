import { describe, expect, it } from 'vitest';
import type { KeptPreferences } from './api-types.js';
import { mergePreferences, samePreferences, toggled } from './preference-merge.js';

const untouched: KeptPreferences = {
  theme: 'system',
  collapsed_categories: [],
  favorites: [],
  updated_at: null,
};
const updated_at = '2026-11-21T18:00:00.000Z';
const browser = { theme: 'dark' as const, collapsed_categories: ['Tools'] };

describe('preferences at sign-in', () => {
  it('are taken along from the browser by who never chose anything', () => {
    expect(mergePreferences(untouched, browser)).toMatchObject({ ...browser, favorites: [] });
  });

  it.each([
    { ...untouched, updated_at },
    { ...untouched, updated_at, theme: 'light' as const },
    { ...untouched, updated_at, collapsed_categories: ['Links'] },
  ])('are what the person chose elsewhere: %j', (kept) => {
    expect(mergePreferences(kept, browser)).toEqual(kept);
  });
});

describe('comparing preferences', () => {
  it('sees every field, and the order of favourites', () => {
    const own = { ...untouched, favorites: ['a', 'b'] };
    expect(samePreferences(own, { ...own })).toBe(true);
    expect(samePreferences(own, { ...own, favorites: ['b', 'a'] })).toBe(false);
    expect(samePreferences(own, { ...own, theme: 'dark' })).toBe(false);
    expect(samePreferences(own, { ...own, collapsed_categories: ['x'] })).toBe(false);
  });
});

describe('toggling', () => {
  it('adds at the end, once, and takes out', () => {
    expect(toggled(['a', 'b'], 'a', true)).toEqual(['b', 'a']);
    expect(toggled(['a', 'b'], 'a', false)).toEqual(['b']);
  });
});
