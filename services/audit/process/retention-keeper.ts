import { cutoffOf, dueOf } from '../domain/retention.js';
import type { RetentionApplied } from '#shared/contracts/audit.js';
import type { Aged } from '../domain/retention.js';
import type { NotaryLog } from './notary.js';

const LOOK_EVERY_MS = 60 * 60 * 1_000;
/** Entries that leave with one event: as many as a database deletes without anybody noticing. */
const LEAVING_MAX = 5_000;

export type RetentionParts = Readonly<{
  /** How long entries stay. */
  days: number;
  oldest: (limit: number) => Promise<readonly Aged[]>;
  /** Puts on record that entries leave, and resolves to true once they have. */
  apply: (what: RetentionApplied['data']) => Promise<boolean>;
  /** Whether this replica is the one that looks after it. */
  leads: () => boolean;
  now: () => Date;
  tell: NotaryLog;
}>;

/** Has entries leave the trail when they are old enough. Only an event makes them go, so a rebuild ends with the same rows. */
export class RetentionKeeper {
  readonly #parts: RetentionParts;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  /** Looks now, and then again and again. */
  start(): void {
    const look = (): void => void (this.#turn = this.#turn.then(() => this.#look()));
    look();
    this.#timer = setInterval(look, LOOK_EVERY_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#turn;
  }

  /** Resolves when the look that has been begun is over. */
  looked(): Promise<void> {
    return this.#turn;
  }

  async #look(): Promise<void> {
    try {
      while (!this.#isStopped && this.#parts.leads() && (await this.#applyOnce()));
    } catch (cause) {
      this.#parts.tell('error', 'Old entries could not leave the audit trail; it is tried again', {
        err: cause,
      });
    }
  }

  /** Whether there may be more. */
  async #applyOnce(): Promise<boolean> {
    const { days, oldest, apply, now } = this.#parts;
    const before = cutoffOf(days, now());
    const entries = await oldest(LEAVING_MAX);
    const due = dueOf(entries, before, { isAll: entries.length < LEAVING_MAX });
    return due !== undefined && (await apply({ days, before, ...due }));
  }
}
