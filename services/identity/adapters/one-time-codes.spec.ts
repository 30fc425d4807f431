import { randomBytes } from 'node:crypto';
import { Secret } from 'otpauth';
import { describe, expect, it } from 'vitest';
import { seal, sealingKeyOf, UnsealError } from '#shared/adapters/seal.js';
import { OneTimeCodes } from './one-time-codes.js';

const key = sealingKeyOf(randomBytes(32));
const codes = new OneTimeCodes(key);
const userId = 'u1';
// RFC 6238, appendix B: the secret of the SHA-1 vectors, whose eight digits end with our six.
const rfc = {
  userId,
  sealedSecret: seal(
    key,
    ['user', userId, 'second_factor'],
    Secret.fromLatin1('12345678901234567890').base32,
  ),
};
const at = (seconds: number) => new Date(seconds * 1_000);

describe('codes by time', () => {
  it.each([
    [59, '287082', 1],
    [1_111_111_109, '081804', 37_037_036],
    [1_111_111_111, '050471', 37_037_037],
    [1_234_567_890, '005924', 41_152_263],
    [2_000_000_000, '279037', 66_666_666],
    [20_000_000_000, '353130', 666_666_666],
  ])('are those of RFC 6238 at %i', (seconds, code, step) => {
    expect(codes.stepOf(rfc, code, at(seconds))).toBe(step);
  });

  it('may be one step early or late, and no more', () => {
    const code = '005924';
    const now = 1_234_567_890;
    const steps = [-60, -30, 0, 30, 60].map((off) => codes.stepOf(rfc, code, at(now + off)));
    expect(steps).toEqual([undefined, 41_152_263, 41_152_263, 41_152_263, undefined]);
  });

  it.each(['', '00592', '0059245', '005925', ' 005924', '５９２４', 'abcdef', '0x1724'])(
    'are not %j',
    (code) => {
      expect(codes.stepOf(rfc, code, at(1_234_567_890))).toBeUndefined();
    },
  );

  it('come from a secret of 160 random bits, which is kept sealed, for its user alone', () => {
    const [one, other] = [codes.make(userId), codes.make(userId)];
    const { secret, uri } = codes.show({ userId, sealedSecret: one }, 'ada@x');
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(uri).toContain(`secret=${secret}`);
    expect(uri).toMatch(/^otpauth:\/\/totp\/Sortie:ada%40x\?/);
    expect(one).not.toContain(secret);
    expect(codes.show({ userId, sealedSecret: other }, 'ada').secret).not.toBe(secret);
    expect(() => codes.show({ userId: 'u2', sealedSecret: one }, 'ada')).toThrow(UnsealError);
  });
});
