import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSealingKey, SealingKeyError } from './sealing-key.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sortie-key-'));
  path = join(folder, 'sealing.key');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the sealing key', () => {
  it('is made once, for its owner only', () => {
    const made = openSealingKey({ path });
    expect(made.bytes).toHaveLength(32);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(openSealingKey({ path })).toEqual(made);
  });

  it('is another one in another folder', () => {
    const other = openSealingKey({ path: join(folder, 'other.key') });
    expect(openSealingKey({ path }).id).not.toBe(other.id);
  });

  it('may come from the configuration, and then no file is made', () => {
    const { bytes } = openSealingKey({ path: join(folder, 'other.key') });
    const given = openSealingKey({ path, value: bytes.toString('base64') });
    expect(given.bytes).toEqual(bytes);
    expect(() => statSync(path)).toThrow('ENOENT');
  });

  it('is refused when others can read it', () => {
    openSealingKey({ path });
    chmodSync(path, 0o640);
    expect(() => openSealingKey({ path })).toThrow(`run chmod 600 ${path}`);
  });

  it('is refused when the start that made it was cut short', () => {
    writeFileSync(path, '', { mode: 0o600 });
    expect(() => openSealingKey({ path })).toThrow('delete the file and start again');
  });

  it('is refused, untold, when it has the wrong length', () => {
    writeFileSync(path, 'c2hvcnQ=\n', { mode: 0o600 });
    expect(() => openSealingKey({ path })).toThrow('is not 32 bytes in base64');
    expect(() => openSealingKey({ path, value: 'not a key' })).toThrow(
      /^((?!not a key).)*configured is not 32 bytes/,
    );
    expect(readFileSync(path, 'utf8')).toBe('c2hvcnQ=\n');
  });

  it('says what to check where it can not be made', () => {
    const missing = join(folder, 'missing', 'sealing.key');
    expect(() => openSealingKey({ path: missing })).toThrow(SealingKeyError);
    expect(() => openSealingKey({ path: missing })).toThrow('owner and permissions');
  });
});
