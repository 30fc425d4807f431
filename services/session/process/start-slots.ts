type Waiting = Readonly<{ enter: () => void }>;

/** Lets so many starts run at once; the others wait in the order in which they came, or until they are aborted. */
export class StartSlots {
  #free: number;
  readonly #waiting = new Set<Waiting>();

  constructor(startsAtOnceMax: number) {
    this.#free = startsAtOnceMax;
  }

  /** Runs `work` once a slot is free. Rejects with the signal's reason when it aborts before. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#enter(signal);
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const waiting = { enter: () => done(resolve) };
      const abort = (): void => done(() => reject(signal.reason as Error));
      const done = (settle: () => void): void => {
        this.#waiting.delete(waiting);
        signal.removeEventListener('abort', abort);
        settle();
      };
      this.#waiting.add(waiting);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** A slot goes straight to who waits longest, so nobody can slip in between. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next) next.enter();
    else this.#free += 1;
  }
}
