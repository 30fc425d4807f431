import { describe, expect, it } from 'vitest';
import { isCommonPassword } from './common-passwords.js';
import { weaknessOf } from '../domain/password-policy.js';
import { newPassword, newToken, tokenHashOf } from './random-secrets.js';

describe('a generated password', () => {
  it('has more than twenty characters that nobody mixes up, and passes its own rule', () => {
    const passwords = Array.from({ length: 200 }, newPassword);
    for (const password of passwords) {
      expect(password).toMatch(/^([a-hjkmnp-z2-9]{4}-){5}[a-hjkmnp-z2-9]{4}$/);
      expect(weaknessOf(password, 'admin', isCommonPassword)).toBeUndefined();
    }
    expect(new Set(passwords).size).toBe(200);
  });
});

describe('a token', () => {
  it('has 32 random bytes, and what is kept of it is another text', () => {
    const token = newToken();
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(tokenHashOf(token)).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(tokenHashOf(token)).not.toBe(token);
  });
});
