/** Tables, operations or routes of one process: code declares them, so there are some dozens of each. */
const VALUES_MAX = 300;

/** The values of a metric's label, so few that they can't fill the memory of whoever keeps them. */
export class BoundedLabel {
  readonly #known = new Set<string>();
  readonly #max: number;

  constructor(max = VALUES_MAX) {
    this.#max = max;
  }

  /** The value itself, or `other` once there are too many. */
  of(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= this.#max) return 'other';
    this.#known.add(value);
    return value;
  }
}
