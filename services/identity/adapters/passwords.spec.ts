import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { beforeEach, describe, expect, it } from 'vitest';
import { sealingKeyOf, unseal } from '#shared/adapters/seal.js';
import { type Argon2, Passwords } from './passwords.js';

/** The hashes that were compared with. */
let compared: unknown[];
const argon2: Argon2 = {
  hash,
  verify: (hashed, ...rest) => {
    compared.push(hashed);
    return verify(hashed, ...rest);
  },
};
beforeEach(() => {
  compared = [];
});

const key = sealingKeyOf(randomBytes(32));
const goOn = async () => undefined;
/** Everything of a hash that decides how long it takes. */
const cost = (hash: unknown) => String(hash).split('$').slice(1, 4);

describe('passwords', () => {
  it('are hashed with OWASP’s settings of argon2id and sealed for their user', async () => {
    const passwords = await Passwords.open(key, argon2);
    const { sealedHash } = await passwords.seal('u1', 'mauve stapler', true);
    const hash = unseal(key, ['user', 'u1', 'password_hash'], sealedHash);
    expect(cost(hash)).toEqual(['argon2id', 'v=19', 'm=19456,t=2,p=1']);
    expect(() => passwords.requireKey({ userId: 'u2', sealedHash })).toThrow('somewhere else');
  });

  it('match themselves alone', async () => {
    const passwords = await Passwords.open(key, argon2);
    const kept = { userId: 'u1', ...(await passwords.seal('u1', 'mauve stapler', true)) };
    expect(await passwords.matches('mauve stapler', kept, goOn)).toBe(true);
    expect(await passwords.matches('mauve Stapler', kept, goOn)).toBe(false);
  });

  it('cost the same work when there is none to compare with', async () => {
    const passwords = await Passwords.open(key, argon2);
    expect(await passwords.matches('mauve stapler', undefined, goOn)).toBe(false);
    expect(compared).toHaveLength(1);
    expect(cost(compared[0])).toEqual(['argon2id', 'v=19', 'm=19456,t=2,p=1']);
  });

  it('are not compared when the answer is known once it is their turn', async () => {
    const passwords = await Passwords.open(key, argon2);
    expect(await passwords.matches('mauve stapler', undefined, async () => 'locked')).toBe(
      'locked',
    );
    expect(compared).toEqual([]);
  });
});
