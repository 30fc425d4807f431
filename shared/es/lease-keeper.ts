import { type Lease, LEASE_MS, LEASE_RENEW_MS } from './lease.js';

/**
 * Keeps asking for a lease: renews it while it is ours, takes it when its holder is gone. Not having been able to
 * renew it for as long as it lasts is having lost it.
 */
export class LeaseKeeper {
  readonly #lease: Lease;
  readonly #onChange: (isHeld: boolean) => void;
  #isHeld = false;
  #renewedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #asking: Promise<void> = Promise.resolve();
  #isAsking = false;
  #isStopped = false;

  /** `onChange` hears of every change after {@link start}; it must not throw. */
  constructor(lease: Lease, onChange: (isHeld: boolean) => void) {
    this.#lease = lease;
    this.#onChange = onChange;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Asks for the first time and says whether it is ours; then goes on asking. Errors: those of {@link Lease.take}. */
  async start(): Promise<boolean> {
    this.#isHeld = await this.#ask();
    this.#timer = setInterval(() => void this.#renew(), LEASE_RENEW_MS);
    this.#timer.unref();
    return this.#isHeld;
  }

  /** Takes it from whoever has it. Errors: those of {@link Lease.take}. */
  async seize(): Promise<void> {
    await this.#ask('seize');
    this.#change(true);
  }

  /** It was found lost elsewhere: a write was refused. */
  forfeit(): void {
    this.#change(false);
  }

  /** Stops asking and lets it go. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    // Or the renewal under way would take it again after it was let go.
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, LEASE_RENEW_MS)));
    await Promise.race([this.#asking, late]).finally(() => clearTimeout(timer));
    // If that fails, it runs out by itself.
    if (this.#isHeld) await this.#lease.release().catch(() => undefined);
    this.#isHeld = false;
  }

  async #renew(): Promise<void> {
    // One question at a time: a database that hangs must not be asked more and more.
    if (this.#isAsking) return this.#expire();
    const held = await this.#ask().then(
      (isOurs) => isOurs,
      () => undefined,
    );
    if (held === undefined) this.#expire();
    else this.#change(held);
  }

  #ask(how?: 'seize'): Promise<boolean> {
    const askedAt = performance.now();
    const asked = this.#lease.take(how);
    this.#isAsking = true;
    const answered = (): void => void (this.#isAsking = false);
    this.#asking = asked.then(answered, answered);
    return asked.then((isOurs) => {
      if (isOurs) this.#renewedAt = askedAt;
      return isOurs;
    });
  }

  #expire(): void {
    if (performance.now() - this.#renewedAt > LEASE_MS) this.#change(false);
  }

  #change(isHeld: boolean): void {
    if (this.#isStopped || this.#isHeld === isHeld) return;
    this.#isHeld = isHeld;
    this.#onChange(isHeld);
  }
}
