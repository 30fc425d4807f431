const NOTHING = Buffer.alloc(0);

/** Collects what stays of one chunk after cuts and replacements; copies nothing when nothing was cut. */
export class ByteSpans {
  readonly #bytes: Buffer;
  readonly #pieces: Buffer[] = [];
  #keptFrom = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Leaves out `[from, to)`, or puts `instead` in its place; calls go from left to right. */
  cut(from: number, to: number, instead?: Buffer): void {
    if (from > this.#keptFrom) this.#pieces.push(this.#bytes.subarray(this.#keptFrom, from));
    if (instead !== undefined) this.#pieces.push(instead);
    this.#keptFrom = to;
  }

  /** Returns what stays of `[0, end)`. */
  kept(end: number): Buffer {
    if (end > this.#keptFrom) {
      const rest = this.#bytes.subarray(this.#keptFrom, end);
      if (this.#pieces.length === 0) return rest;
      this.#pieces.push(rest);
    }
    if (this.#pieces.length < 2) return this.#pieces[0] ?? NOTHING;
    return Buffer.concat(this.#pieces);
  }
}
