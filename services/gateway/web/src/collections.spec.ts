import { describe, expect, it } from 'vitest';
import { fillDays, mergeNewest, nextCard } from './collections.js';

describe('merging pages', () => {
  it('puts fresh items in front and keeps each once', () => {
    const merged = mergeNewest([{ id: 'c' }, { id: 'b', fresh: true }], [{ id: 'b' }, { id: 'a' }]);
    expect(merged).toEqual([{ id: 'c' }, { id: 'b', fresh: true }, { id: 'a' }]);
  });
});

describe('the last days', () => {
  it('are all there, with zero where nothing happened', () => {
    const days = fillDays(
      [{ day: '2026-11-19', launches: 4 }],
      3,
      Date.parse('2026-11-20T23:00:00Z'),
    );
    expect(days).toEqual([
      { day: '2026-11-18', launches: 0 },
      { day: '2026-11-19', launches: 4 },
      { day: '2026-11-20', launches: 0 },
    ]);
  });
});

describe('the card that an arrow key leads to', () => {
  const grid = [
    { left: 0, top: 0 },
    { left: 100, top: 0 },
    { left: 0, top: 80 },
    { left: 100, top: 160 },
  ];

  it('is the neighbour in reading order for left and right', () => {
    expect(nextCard(grid, 1, 'ArrowRight')).toBe(2);
    expect(nextCard(grid, 1, 'ArrowLeft')).toBe(0);
    expect(nextCard(grid, 0, 'ArrowLeft')).toBeUndefined();
  });

  it('is the nearest of the next row for up and down', () => {
    expect(nextCard(grid, 1, 'ArrowDown')).toBe(2);
    expect(nextCard(grid, 3, 'ArrowUp')).toBe(2);
    expect(nextCard(grid, 3, 'ArrowDown')).toBeUndefined();
    expect(nextCard(grid, 0, 'Enter')).toBeUndefined();
  });
});
