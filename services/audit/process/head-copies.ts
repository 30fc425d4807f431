import type { HeadCopy } from '#shared/contracts/audit.js';
import type { HeadPlace } from '../adapters/head-place.js';
import type { HeadStore } from '../adapters/head-store.js';
import type { NotaryLog } from './notary.js';

/** Hands tree heads to every place, in order; one that can't take a head now gets it, and all after it, later. */
export class HeadCopies {
  readonly #places: readonly HeadPlace[];
  readonly #heads: HeadStore;
  readonly #tell: NotaryLog;
  readonly #reached = new Map<string, number>();
  readonly #errors = new Map<string, string>();

  /** The first place is our own. */
  constructor(places: readonly HeadPlace[], heads: HeadStore, tell: NotaryLog) {
    this.#places = places;
    this.#heads = heads;
    this.#tell = tell;
  }

  /** Goes on where each place is; one that can't be read has everything that was signed up to now, for all that is known. */
  async begin(newest: number, reached: ReadonlyMap<string, number>): Promise<void> {
    for (const { name, read } of this.#places) {
      this.#reached.set(name, reached.get(name) ?? (read ? 0 : newest));
    }
    await this.send();
  }

  get status(): readonly HeadCopy[] {
    return this.#places.map(({ name: place }) => ({
      place,
      number: this.#reached.get(place) ?? 0,
      error: this.#errors.get(place) ?? null,
    }));
  }

  /** Whether every place has taken what it was handed last. */
  get areDone(): boolean {
    return this.#errors.size === 0;
  }

  /** Never fails because of a place. Errors: those of {@link HeadStore}. */
  async send(): Promise<void> {
    const [own, ...others] = this.#places;
    // The database may lose its last rows with the power: nobody else may have a head that we could forget.
    if (!own || !(await this.#sendTo(own))) return;
    for (const place of others) await this.#sendTo(place);
  }

  /** Whether it has taken everything. */
  async #sendTo({ name, append }: HeadPlace): Promise<boolean> {
    for (;;) {
      const due = await this.#heads.after(this.#reached.get(name) ?? 0);
      if (due.length === 0) return true;
      for (const head of due) {
        try {
          await append(head);
        } catch (cause) {
          this.#failed(name, cause);
          return false;
        }
        this.#reached.set(name, head.number);
        this.#errors.delete(name);
      }
    }
  }

  #failed(name: string, cause: unknown): void {
    const why = cause instanceof Error ? cause.message : String(cause);
    if (this.#errors.get(name) === why) return;
    this.#errors.set(name, why);
    this.#tell('error', `Tree heads can't be copied to ${name}; it is tried again`, { err: cause });
  }
}
