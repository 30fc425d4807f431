/** Hashing takes 19 MiB and a thread of libuv's four each. */
const HASHES_AT_ONCE_MAX = 2;
/** Past it a sign-in would wait for seconds; better to say so at once. */
const HASHES_WAITING_MAX = 64;

/** Too many passwords are being checked right now. */
export class HashQueueFullError extends Error {
  override readonly name = 'HashQueueFullError';
  readonly retryAfterSeconds = 1;

  constructor() {
    super('Too many passwords are being checked right now; try again in a moment.');
  }
}

/** Lets a bounded number of password hashes be computed at once, and a bounded number wait, first come first served. */
export class HashQueue {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** Errors: {@link HashQueueFullError}, and those of `work`. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < HASHES_AT_ONCE_MAX) this.#running += 1;
    else await this.#place();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  #place(): Promise<void> {
    if (this.#waiting.length >= HASHES_WAITING_MAX) throw new HashQueueFullError();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The place goes straight to the next in line, so that nobody can slip in between. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running -= 1;
  }
}
