import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPostgres, missingSentence } from './postgres.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sortie-pgbin-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Makes a folder with programs in it. */
function folder(name: string, programs = ['initdb', 'postgres', 'pg_basebackup']): string {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  for (const program of programs) {
    writeFileSync(join(path, program), '');
    chmodSync(join(path, program), 0o755);
  }
  return path;
}

describe("PostgreSQL's programs", () => {
  it('are where SORTIE_TEST_POSTGRES_BIN says, and nowhere else', () => {
    const [named, other] = [folder('named'), folder('other')];
    expect(findPostgres({ SORTIE_TEST_POSTGRES_BIN: named, PATH: other }, root)).toBe(named);
    const away = join(root, 'away');
    expect(findPostgres({ SORTIE_TEST_POSTGRES_BIN: away, PATH: other }, root)).toBeUndefined();
  });

  it('are on PATH, where they are all together', () => {
    const some = folder('some', ['initdb', 'postgres']);
    const all = folder('all');
    expect(findPostgres({ PATH: `${some}:${all}` }, root)).toBe(all);
    expect(findPostgres({ PATH: some }, root)).toBeUndefined();
  });

  it('are the newest of Debian else', () => {
    for (const version of ['9.6', '17', '15']) folder(`${version}/bin`);
    expect(findPostgres({}, root)).toBe(join(root, '17/bin'));
    expect(findPostgres({}, join(root, 'away'))).toBeUndefined();
  });

  it('are asked for by name, with the way to get them', () => {
    expect(missingSentence({})).toContain(
      'The tests need initdb, postgres and pg_basebackup on PATH',
    );
    expect(missingSentence({})).toContain('apt-get install --no-install-recommends postgresql;');
    expect(missingSentence({ SORTIE_TEST_POSTGRES_BIN: '/x' })).toContain('in /x, which SORTIE');
  });
});
