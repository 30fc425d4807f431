import { describe, expect, it } from 'vitest';
import { functionKey, KEYS, keysymOf, typedKeys } from './keysyms.js';

const BACK = KEYS.Backspace.keysym;

describe('keysyms', () => {
  it.each([
    ['a', 0x61],
    ['ö', 0xf6],
    ['€', 0x0100_20ac],
    ['😀', 0x0101_f600],
    ['\n', KEYS.Enter.keysym],
  ])('of %j', (character, keysym) => {
    expect(keysymOf(character)).toBe(keysym);
  });

  it('of function keys follow each other', () => {
    expect(functionKey(1)).toEqual({ keysym: 0xffbe, code: 'F1' });
    expect(functionKey(12)).toEqual({ keysym: 0xffc9, code: 'F12' });
  });
});

describe('what was typed', () => {
  it.each([
    ['', 'a', [0x61]],
    ['ab', 'abc', [0x63]],
    ['ab', 'a', [BACK]],
    ['teh', 'the', [BACK, BACK, 0x68, 0x65]],
    ['a😀', 'a', [BACK]],
    ['same', 'same', []],
  ])('from %j to %j', (before, after, keys) => {
    expect(typedKeys(before, after)).toEqual(keys);
  });
});
