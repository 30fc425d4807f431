import { describe, expect, it } from 'vitest';
import { findEntries, stepTo } from './palette-search.js';

const entries = [
  { group: 'Apps', name: 'Terminal', words: 'shell tools' },
  { group: 'Apps', name: 'My terminal' },
  { group: 'Go to', name: 'Sessions', suggested: true },
  { group: 'Theme', name: 'Dark theme', words: 'night terminal' },
];
const names = (query: string): string[] => findEntries(entries, query).map(({ name }) => name);

describe('the palette', () => {
  it('suggests what is marked before anything is typed', () => {
    expect(names(' ')).toEqual(['Sessions']);
  });

  it('puts names that start with the word first, then words within, then other words', () => {
    expect(names('TERM')).toEqual(['Terminal', 'My terminal', 'Dark theme']);
  });

  it('needs every word', () => {
    expect(names('shell term')).toEqual(['Terminal']);
    expect(names('shell dark')).toEqual([]);
  });

  it('keeps a group together, where its best is', () => {
    const mixed = [
      { group: 'Apps', name: 'a note' },
      { group: 'Go to', name: 'note b' },
      { group: 'Apps', name: 'note c' },
    ];
    expect(findEntries(mixed, 'note').map(({ name }) => name)).toEqual([
      'note b',
      'note c',
      'a note',
    ]);
  });

  it('goes round its ends by arrow keys', () => {
    expect(stepTo(2, 'ArrowDown', 3)).toBe(0);
    expect(stepTo(0, 'ArrowUp', 3)).toBe(2);
    expect(stepTo(0, 'ArrowUp', 0)).toBeUndefined();
    expect(stepTo(0, 'Home', 3)).toBeUndefined();
  });
});
