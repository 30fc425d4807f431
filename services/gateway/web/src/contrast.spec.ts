import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Rgb, contrastRatio, formatColor, inkOn, parseColor, readableOn } from './contrast.js';

const part = fc.integer({ min: 0, max: 255 });
const anyColor = fc.tuple(part, part, part);
const WHITE: Rgb = [255, 255, 255];
const NIGHT: Rgb = [13, 20, 22];

describe('colours', () => {
  it('are read from three or six digits and from nothing else', () => {
    expect(parseColor('#398D9B')).toEqual([57, 141, 155]);
    expect(parseColor('#fff')).toEqual(WHITE);
    expect(parseColor('red; } *')).toBeUndefined();
  });

  it('survive being written and read', () => {
    const kept = (color: Rgb): void => {
      expect(parseColor(formatColor(color))).toEqual(color);
    };
    fc.assert(fc.property(anyColor, kept));
  });
});

describe('contrast', () => {
  it('is 21 between black and white', () => {
    expect(contrastRatio([0, 0, 0], WHITE)).toBeCloseTo(21);
  });

  it('reaches 4.5 for any brand colour on the light and the dark page', () => {
    const enough = (color: Rgb): boolean =>
      [WHITE, NIGHT].every((page) => contrastRatio(readableOn(color, page), page) >= 4.5);
    fc.assert(fc.property(anyColor, enough));
  });

  it('reaches 4.5 for the chosen ink on any accent', () => {
    const enough = (color: Rgb): boolean => contrastRatio(inkOn(color), color) >= 4.5;
    fc.assert(fc.property(anyColor, enough));
  });

  it('leaves a colour alone that can be read already', () => {
    expect(readableOn([20, 60, 70], WHITE)).toEqual([20, 60, 70]);
  });
});
