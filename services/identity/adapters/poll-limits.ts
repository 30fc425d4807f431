import { LRUCache } from 'lru-cache';

const KNOWN_MAX = 10_000;
/** A request that was sent in time may arrive a little early. */
const TOLERANCE_MS = 500;

/**
 * How often the same program asks the same thing. It is kept in memory: another replica, or one that has just started, knows
 * nothing of it, and answers once more than it need.
 */
export class PollLimits {
  readonly #last = new LRUCache<string, number>({ max: KNOWN_MAX });
  readonly #intervalMs: number;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** How many milliseconds too early it asks; 0 when it may. */
  tooSoonBy(id: string, now: Date): number {
    const at = now.getTime();
    const last = this.#last.get(id);
    const early = last === undefined ? 0 : last + this.#intervalMs - at;
    if (early > TOLERANCE_MS) return early;
    this.#last.set(id, at);
    return 0;
  }
}
