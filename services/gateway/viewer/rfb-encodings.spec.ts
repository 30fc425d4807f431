import { describe, expect, it } from 'vitest';
import { isEncodingAllowed } from './rfb-encodings.js';

describe('an encoding', () => {
  it.each([0, 1, 2, 5, 6, 7, 16, 21, 50, -260, -23, -32, -223, -224, -239, -258, -261, -307, -308])(
    '%d, which noVNC 1.7 asks for, is allowed',
    (encoding) => {
      expect(isEncodingAllowed(encoding)).toBe(true);
    },
  );

  it.each([-312, -313, -247, -256, 0x574d5664, 0xc0a1e5ce | 0])(
    '%d, which noVNC 1.7 asks for, is allowed too',
    (encoding) => {
      expect(isEncodingAllowed(encoding)).toBe(true);
    },
  );

  it.each([-316, -309, -22, -33, -246, -257, -259, 3, 2 ** 31 - 1, -(2 ** 31)])(
    '%d is not allowed',
    (encoding) => {
      expect(isEncodingAllowed(encoding)).toBe(false);
    },
  );
});
