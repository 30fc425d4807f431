import type { Picture } from './png.js';

const CHANNELS = 3;
const PIXEL_BYTES = 4;

/** The size that a picture of `width` by `height` gets within `widthMax`; it is never made larger. */
export function shrunkSize(
  { width, height }: Readonly<{ width: number; height: number }>,
  { widthMax, heightMax }: Readonly<{ widthMax: number; heightMax: number }>,
): Readonly<{ width: number; height: number }> {
  const scale = Math.min(1, widthMax / width, heightMax / height);
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/**
 * Makes a large picture small while its pixels come in: each small pixel is the mean of those that fall on it. So a
 * whole screen never has to be held.
 */
export class PictureSampler {
  readonly #size: Readonly<{ width: number; height: number }>;
  /** Where a column, or a row, of the large picture goes. */
  readonly #columns: Uint32Array;
  readonly #rows: Uint32Array;
  readonly #sums: Uint32Array;
  readonly #counts: Uint32Array;

  constructor(
    large: Readonly<{ width: number; height: number }>,
    small: Readonly<{ width: number; height: number }>,
  ) {
    this.#size = small;
    this.#columns = spread(large.width, small.width);
    this.#rows = spread(large.height, small.height);
    this.#sums = new Uint32Array(small.width * small.height * CHANNELS);
    this.#counts = new Uint32Array(small.width * small.height);
  }

  /** Takes pixels of one row of the large picture, from a place on: blue, green, red and nothing, a byte each. */
  add(x: number, y: number, pixels: Uint8Array): void {
    // Locals, because this runs once a pixel of a screen.
    const [columns, sums, counts] = [this.#columns, this.#sums, this.#counts];
    const row = (this.#rows[y] ?? 0) * this.#size.width;
    let column = x;
    for (let from = 0; from < pixels.length; from += PIXEL_BYTES) {
      const at = row + (columns[column] ?? 0);
      const sum = at * CHANNELS;
      grow(counts, at, 1);
      grow(sums, sum, pixels[from + 2]);
      grow(sums, sum + 1, pixels[from + 1]);
      grow(sums, sum + 2, pixels[from]);
      column += 1;
    }
  }

  /** What has come in so far; black where nothing has. */
  picture(): Picture {
    const rgb = new Uint8Array(this.#sums.length);
    for (let at = 0; at < rgb.length; at += 1) {
      const count = this.#counts[Math.floor(at / CHANNELS)] ?? 0;
      rgb[at] = count === 0 ? 0 : Math.round((this.#sums[at] ?? 0) / count);
    }
    return { ...this.#size, rgb };
  }
}

function grow(numbers: Uint32Array, at: number, by = 0): void {
  numbers[at] = (numbers[at] ?? 0) + by;
}

const spread = (from: number, to: number): Uint32Array =>
  Uint32Array.from({ length: from }, (_, at) => Math.floor((at * to) / from));
