import type { Sequence } from './commit.js';

type Waiter = Readonly<{ sequence: Sequence; end: (reached: boolean) => void }>;

/** How far a projector has come, and who waits for it to come further. */
export class Progress {
  readonly #waiters = new Set<Waiter>();
  #reached: Sequence = 0;

  get reached(): Sequence {
    return this.#reached;
  }

  /** Resolves to true at `sequence`, to false when the wait is over first. */
  wait(sequence: Sequence, waitMs: number): Promise<boolean> {
    if (this.#reached >= sequence) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiter = { sequence, end: (reached: boolean) => end(reached) };
      const timer = Number.isFinite(waitMs) ? setTimeout(() => end(false), waitMs) : undefined;
      const end = (reached: boolean): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve(reached);
      };
      this.#waiters.add(waiter);
    });
  }

  /** Starts from `sequence`, which is further back where the database has gone back. */
  startFrom(sequence: Sequence): void {
    this.#reached = 0;
    this.advance(sequence);
  }

  /** Moves on to `sequence`, never back, and tells those who waited for it. */
  advance(sequence: Sequence): void {
    this.#reached = Math.max(this.#reached, sequence);
    for (const waiter of this.#waiters) if (waiter.sequence <= sequence) waiter.end(true);
  }

  /** Ends every wait without success. */
  giveUp(): void {
    for (const { end } of this.#waiters) end(false);
  }
}
