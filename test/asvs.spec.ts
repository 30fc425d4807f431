// Goal: the table of ASVS tells of every requirement of level 1, and of tests that are there.
// Method: its rows, against the ids of the standard and the files that they name.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** How many requirements of level 1 each section of ASVS 5.0 has: the numbers, not the words. */
const LEVEL_1 = {
  '1.2': [1, 2, 3, 4, 5],
  '1.3': [1, 2],
  '1.5': [1],
  '2.1': [1],
  '2.2': [1, 2],
  '2.3': [1],
  '3.2': [1, 2],
  '3.3': [1],
  '3.4': [1, 2],
  '3.5': [1, 2, 3],
  '4.1': [1],
  '4.4': [1],
  '5.2': [1, 2],
  '5.3': [1, 2],
  '6.1': [1],
  '6.2': [1, 2, 3, 4, 5, 6, 7, 8],
  '6.3': [1, 2],
  '6.4': [1, 2],
  '7.2': [1, 2, 3, 4],
  '7.4': [1, 2],
  '8.1': [1],
  '8.2': [1, 2],
  '8.3': [1],
  '9.1': [1, 2, 3],
  '9.2': [1],
  '10.4': [1, 2, 3, 4, 5],
  '11.3': [1, 2],
  '11.4': [1],
  '12.1': [1],
  '12.2': [1, 2],
  '13.4': [1],
  '14.2': [1],
  '14.3': [1],
  '15.1': [1],
  '15.2': [1],
  '15.3': [1],
};

const rows = readFileSync('shared/docs/asvs.md', 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, id]) => /^\d+\.\d+\.\d+$/.test(id ?? ''))
  .map(([, id = '', , verdict = '', how = '']) => ({ id, verdict, how }));

it('the table has each requirement once', () => {
  const ids = Object.entries(LEVEL_1).flatMap(([section, ns]) => ns.map((n) => `${section}.${n}`));
  expect(ids).toHaveLength(70);
  expect(rows.map(({ id }) => id)).toEqual(ids);
});

describe.each(rows)('$id', ({ verdict, how }) => {
  it('is judged, with a reason', () => {
    expect(['pass', 'pass, with TLS', 'n/a', 'fail']).toContain(verdict);
    expect(how.length).toBeGreaterThan(10);
  });

  it('names tests that are there', () => {
    const named = [...how.matchAll(/`([\w./-]+\.spec\.ts)`((?:;? "[^"]+")+)/g)];
    expect(named.length).toBeGreaterThanOrEqual(verdict.startsWith('pass') ? 1 : 0);
    for (const [, path = '', names = ''] of named) {
      expect(existsSync(path), path).toBe(true);
      const text = readFileSync(path, 'utf8');
      for (const [, name = ''] of names.matchAll(/"([^"]+)"/g)) {
        expect(text.includes(name), `${path} has no "${name}"`).toBe(true);
      }
    }
  });
});
