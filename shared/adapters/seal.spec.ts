import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyedHash, seal, sealingKeyOf, unseal } from './seal.js';

const key = sealingKeyOf(randomBytes(32));
const place = ['user', 'u1', 'password_hash'];

describe('a sealed text', () => {
  it('opens to what was sealed, and looks different every time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }).filter(isWellFormed), (text) => {
        const sealed = seal(key, place, text);
        expect(unseal(key, place, sealed)).toBe(text);
        expect(seal(key, place, text)).not.toBe(sealed);
      }),
    );
  });

  it('names its key, so that another one can say what is wrong', () => {
    const other = sealingKeyOf(randomBytes(32));
    const sealed = seal(key, place, 'secret');
    expect(sealed).toContain(key.id);
    expect(() => unseal(other, place, sealed)).toThrow(
      `user u1 password_hash was sealed with the key ${key.id}, and the sealing key here is ${other.id}: put the key back that belongs to this event log.`,
    );
  });

  it('opens nowhere else', () => {
    const sealed = seal(key, place, 'secret');
    expect(() => unseal(key, ['user', 'u2', 'password_hash'], sealed)).toThrow('belongs somewhere');
    expect(() => unseal(key, ['user', 'u1password_hash'], sealed)).toThrow(
      'belongs somewhere else',
    );
  });

  it('does not open once a bit of it was changed', () => {
    const sealed = seal(key, place, 'secret');
    const [version, id, content = ''] = sealed.split('.');
    const bytes = Buffer.from(content, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const forged = Buffer.from(bytes);
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const text = [version, id, forged.toString('base64url')].join('.');
      expect(() => unseal(key, place, text)).toThrow('was changed after it was sealed');
    }
  });

  it.each(['', 'secret', 'v1.0011223344556677.AAAA', 'v2.0011223344556677.AAAA'])(
    'is not "%s"',
    (text) => expect(() => unseal(key, place, text)).toThrow('holds no sealed text'),
  );
});

describe('a keyed hash', () => {
  it('is the same for the same key, purpose and text only', () => {
    const hash = keyedHash(key, 'names', 'ada');
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(keyedHash(key, 'names', 'ada')).toBe(hash);
    expect(keyedHash(key, 'others', 'ada')).not.toBe(hash);
    expect(keyedHash(key, 'names', 'bob')).not.toBe(hash);
    expect(keyedHash(sealingKeyOf(randomBytes(32)), 'names', 'ada')).not.toBe(hash);
  });
});

/** Half of a surrogate pair has no UTF-8. */
function isWellFormed(text: string): boolean {
  return Buffer.from(text).toString() === text;
}
