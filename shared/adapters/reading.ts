/** How long a scrape waits for a figure before it goes without. */
const WAIT_MS_MAX = 2_000;

/** What a read costs, and how its failure is told. */
type Parts<T> = Readonly<{
  read: () => Promise<T>;
  /** How old a figure may be before it is read again. */
  everyMs: number;
  /** Told when it can't be read. Must not throw. */
  onFailed?: (error: unknown) => void;
  now?: () => number;
  waitMs?: number;
}>;

/** A figure that costs something to read: however often it is asked for, it is read at a bounded pace and once at a time. */
export class Reading<T> {
  readonly #parts: Parts<T>;
  readonly #now: () => number;
  #last: Readonly<{ value: T | undefined; at: number }> | undefined;
  #underWay: Promise<void> | undefined;

  constructor(parts: Parts<T>) {
    this.#parts = parts;
    this.#now = parts.now ?? (() => performance.now());
  }

  /** The figure; undefined when it can't be read, or not in time. */
  async get(): Promise<T | undefined> {
    const { everyMs } = this.#parts;
    if (this.#last && this.#now() - this.#last.at < everyMs) return this.#last.value;
    this.#underWay ??= this.#read().finally(() => (this.#underWay = undefined));
    const isIn = await inTime(this.#underWay, this.#parts.waitMs ?? WAIT_MS_MAX);
    return isIn ? this.#last?.value : undefined;
  }

  async #read(): Promise<void> {
    let value: T | undefined;
    try {
      value = await this.#parts.read();
    } catch (error) {
      this.#parts.onFailed?.(error);
    }
    this.#last = { value, at: this.#now() };
  }
}

async function inTime(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const isIn = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return isIn;
}
