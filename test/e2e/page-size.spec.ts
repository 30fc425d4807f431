// Goal: the page stays small: what every visit fetches, and what a desktop adds to it.
// Method: the built files, compressed as a server or proxy would; a chunk counts with all that it imports at once.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const PAGE = resolve('dist/services/gateway/web');
const FIRST_LOAD_MAX = 60 * 1024;
const VIEWER_MAX = 80 * 1024;
const STYLES_MAX = 16 * 1024;

const assets = readdirSync(join(PAGE, 'assets'));
const read = (file: string): string => readFileSync(join(PAGE, file), 'utf8');
const index = read('index.html');

/** A script and everything that it imports before it runs; what is imported by a call comes later. */
function withImports(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const imported = read(file).matchAll(/(?:\bfrom|\bimport)\s*["']\.\/([\w.-]+\.js)["']/g);
  for (const [, name] of imported) withImports(`assets/${name}`, seen);
  return seen;
}
const compressed = (files: Iterable<string>): number =>
  [...files].reduce((sum, file) => sum + gzipSync(read(file)).length, 0);
const inIndex = (pattern: RegExp): string[] =>
  [...index.matchAll(pattern)].map(([, file]) => file ?? '');
const chunk = (name: string): string => {
  const found = assets.find((file) => file.startsWith(`${name}-`) && file.endsWith('.js'));
  if (!found) throw new Error(`The build has no chunk ${name}: ${assets.join(', ')}`);
  return `assets/${found}`;
};

const scripts = inIndex(/(?:src|href)="\/([^"]+\.js)"/g);
const first = new Set(scripts.flatMap((file) => [...withImports(file)]));

describe('the size of the page', () => {
  it(`is at most ${FIRST_LOAD_MAX / 1024} KB of compressed script for the first visit`, () => {
    expect(first.size).toBeGreaterThan(1);
    expect(compressed(first)).toBeGreaterThan(10 * 1024);
    expect(compressed(first)).toBeLessThanOrEqual(FIRST_LOAD_MAX);
  });

  it(`is at most ${VIEWER_MAX / 1024} KB more for a desktop`, () => {
    const more = [...withImports(chunk('desktop'))].filter((file) => !first.has(file));
    expect(compressed(more)).toBeGreaterThan(10 * 1024);
    expect(compressed(more)).toBeLessThanOrEqual(VIEWER_MAX);
  });

  it(`is at most ${STYLES_MAX / 1024} KB of compressed styles for the first visit`, () => {
    const styles = inIndex(/href="\/([^"]+\.css)"/g);
    expect(styles.length).toBeGreaterThan(0);
    expect(compressed(styles)).toBeLessThanOrEqual(STYLES_MAX);
  });

  it.each(['account-screen', 'admin', 'desktop', 'keys', 'palette', 'share-panel'])(
    'has %s fetched when it is needed, not before',
    (name) => {
      expect([...first]).not.toContain(chunk(name));
    },
  );
});
