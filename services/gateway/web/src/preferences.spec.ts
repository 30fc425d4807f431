import { describe, expect, it } from 'vitest';
import { readCollapsed, readTheme, writeCollapsed, writeTheme } from './preferences.js';

function store(kept: Record<string, string> = {}) {
  return {
    kept,
    getItem: (key: string) => kept[key] ?? null,
    setItem: (key: string, value: string) => void (kept[key] = value),
    removeItem: (key: string) => void delete kept[key],
  };
}

describe('the theme', () => {
  it('is kept under sortie-theme as dark or light, and forgotten to follow the system', () => {
    const browser = store();
    writeTheme(browser, 'dark');
    expect(browser.kept).toEqual({ 'sortie-theme': 'dark' });
    expect(readTheme(browser)).toBe('dark');
    writeTheme(browser, undefined);
    expect(browser.kept).toEqual({});
    expect(readTheme(browser)).toBeUndefined();
  });
});

describe('the collapsed categories', () => {
  it('are kept under sortie-collapsed as a JSON array', () => {
    const browser = store();
    writeCollapsed(browser, ['Tools']);
    expect(browser.kept).toEqual({ 'sortie-collapsed': '["Tools"]' });
    expect(readCollapsed(browser)).toEqual(['Tools']);
  });

  it.each(['', '{', '{"a":1}', 'null'])('are none when %j is stored', (value) => {
    expect(readCollapsed(store({ 'sortie-collapsed': value }))).toEqual([]);
  });
});

describe('a browser that blocks storage', () => {
  it('breaks nothing', () => {
    const blocked = () => {
      throw new Error('blocked');
    };
    const browser = { getItem: blocked, setItem: blocked, removeItem: blocked };
    expect(readTheme(browser)).toBeUndefined();
    expect(() => writeCollapsed(browser, ['x'])).not.toThrow();
  });
});
