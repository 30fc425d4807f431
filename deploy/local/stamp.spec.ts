import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSource } from './build.js';
import { contentHash, freshness, listSources, quickHash, readStamp, writeStamp } from './stamp.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sortie-stamp-'));
  mkdirSync(join(root, 'services/catalog'), { recursive: true });
  writeFileSync(join(root, 'services/catalog/app.ts'), 'export {};');
  writeFileSync(join(root, 'services/catalog/app.spec.ts'), 'spec');
  writeFileSync(join(root, 'services/catalog/README.md'), 'words');
  writeFileSync(join(root, 'package.json'), '{}');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const sources = () => listSources(root, ['services', 'missing', 'package.json'], isSource);
const stamp = () => ({ quick: quickHash(root, sources()), content: contentHash(root, sources()) });
const found = (kept: Partial<ReturnType<typeof stamp>> | undefined) =>
  freshness(kept, { quick: () => stamp().quick, content: () => stamp().content });

describe('work that has a stamp', () => {
  it('is stale without one', () => {
    expect(found(undefined)).toBe('stale');
    expect(found(readStamp(join(root, 'none.json')))).toBe('stale');
  });

  it('is fresh while nothing changes, and the contents are then not read', () => {
    const current = {
      quick: () => 'same',
      content: () => {
        throw new Error('read');
      },
    };
    expect(freshness({ quick: 'same', content: 'any' }, current)).toBe('fresh');
    expect(found(stamp())).toBe('fresh');
  });

  it('is not done again for new times alone', () => {
    const kept = stamp();
    utimesSync(join(root, 'package.json'), 1, 1);
    expect(found(kept)).toBe('touched');
  });

  it('is stale after a change, a new file and a removed one', () => {
    const kept = stamp();
    writeFileSync(join(root, 'package.json'), '[]');
    expect(found(kept)).toBe('stale');

    const afterChange = stamp();
    writeFileSync(join(root, 'services/new.ts'), '');
    expect(found(afterChange)).toBe('stale');

    const afterCode = stamp();
    writeFileSync(join(root, 'services/catalog/20261120_catalogue.sql'), '');
    expect(found(afterCode)).toBe('stale');

    const afterNew = stamp();
    rmSync(join(root, 'services/new.ts'));
    expect(found(afterNew)).toBe('stale');
  });

  it('does not look at specs and documentation', () => {
    expect(sources()).toEqual(['package.json', 'services/catalog/app.ts']);
  });

  it('survives being written, and a broken one is no stamp', () => {
    const path = join(root, 'dist/stamp.json');
    writeStamp(path, { quick: 'a', content: 'b' });
    expect(readStamp(path)).toEqual({ quick: 'a', content: 'b' });
    writeFileSync(path, '{"quick":');
    expect(readStamp(path)).toBeUndefined();
  });
});
