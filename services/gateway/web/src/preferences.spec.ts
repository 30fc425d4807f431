import { describe, expect, it } from 'vitest';
import {
  addRecent,
  readCollapsed,
  readQuality,
  readRecents,
  readSingleKeys,
  readTheme,
  RECENTS_MAX,
  writeCollapsed,
  writeQuality,
  writeSingleKeys,
  writeTheme,
} from './preferences.js';

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

describe('the apps opened last', () => {
  it('are each person’s own, the last one first, each once, and few', () => {
    const browser = store();
    for (const app of ['a', 'b', 'a']) addRecent(browser, 'ada', app);
    expect(readRecents(browser, 'ada')).toEqual(['a', 'b']);
    expect(readRecents(browser, 'bob')).toEqual([]);
    for (let app = 0; app < 20; app += 1) addRecent(browser, 'ada', String(app));
    expect(readRecents(browser, 'ada')).toHaveLength(RECENTS_MAX);
    expect(readRecents(browser, 'ada')[0]).toBe('19');
  });
});

describe('single-key shortcuts', () => {
  it('are on until they are turned off, and can be turned on again', () => {
    const browser = store();
    expect(readSingleKeys(browser)).toBe(true);
    writeSingleKeys(browser, false);
    expect(readSingleKeys(browser)).toBe(false);
    writeSingleKeys(browser, true);
    expect(readSingleKeys(browser)).toBe(true);
  });
});

describe('the picture quality', () => {
  it('is remembered by its name', () => {
    const browser = store();
    expect(readQuality(browser)).toBe('');
    writeQuality(browser, 'sharp');
    expect(readQuality(browser)).toBe('sharp');
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
    expect(addRecent(browser, 'ada', 'x')).toEqual(['x']);
    expect(readSingleKeys(browser)).toBe(true);
  });
});
