import { describe, expect, it } from 'vitest';
import { PictureSampler, shrunkSize } from './picture-sampler.js';

const within = { widthMax: 480, heightMax: 960 };

describe('the size of a small picture', () => {
  it.each([
    [1280, 800, 480, 300],
    [320, 200, 320, 200],
    [480, 960, 480, 960],
    [1000, 8000, 120, 960],
    [16_000, 1, 480, 1],
  ])('of %i by %i is %i by %i', (width, height, toWidth, toHeight) => {
    expect(shrunkSize({ width, height }, within)).toEqual({ width: toWidth, height: toHeight });
  });
});

describe('a small picture', () => {
  it('has the mean of the pixels that fall on each of its own', () => {
    const sampler = new PictureSampler({ width: 4, height: 2 }, { width: 2, height: 1 });
    for (let y = 0; y < 2; y += 1) {
      sampler.add(0, y, Uint8Array.of(0, 0, 255, 0, 255, 0, 0, 0));
      sampler.add(2, y, Uint8Array.of(0x30, 0x20, 0x10, 0));
      sampler.add(3, y, Uint8Array.of(0x30, 0x20, 0x10, 0));
    }
    const { width, height, rgb } = sampler.picture();
    expect([width, height, [...rgb]]).toEqual([2, 1, [128, 0, 128, 0x10, 0x20, 0x30]]);
  });

  it('leaves no pixel out, whatever the sizes', () => {
    const sampler = new PictureSampler({ width: 7, height: 5 }, { width: 3, height: 2 });
    const row = Uint8Array.from({ length: 7 * 4 }, (_, at) => [0x0c, 0x0b, 0x0a, 0][at % 4] ?? 0);
    for (let y = 0; y < 5; y += 1) sampler.add(0, y, row);
    expect(new Set(sampler.picture().rgb)).toEqual(new Set([0x0a, 0x0b, 0x0c]));
  });
});
