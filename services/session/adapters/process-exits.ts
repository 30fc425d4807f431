import { EXIT_POLL_MS } from './process-limits.js';
import { isAlive, type ProcessIdentity } from './process-table.js';

/**
 * Tells when the first process of a session is gone. It polls /proc, since a session that an earlier server
 * started is not our child and Node has no pidfd.
 */
export class ProcessExits {
  readonly #watched = new Map<string, ProcessIdentity>();
  #timer: NodeJS.Timeout | undefined;

  constructor(readonly onGone: (sessionId: string) => void) {}

  watch(sessionId: string, supervisor: ProcessIdentity): void {
    this.#watched.set(sessionId, supervisor);
    this.#timer ??= setInterval(() => this.check(), EXIT_POLL_MS).unref();
  }

  forget(sessionId: string): void {
    this.#watched.delete(sessionId);
    if (this.#watched.size === 0) this.#stopTimer();
  }

  has(sessionId: string): boolean {
    return this.#watched.has(sessionId);
  }

  check(): void {
    for (const [sessionId, supervisor] of this.#watched) {
      if (isAlive(supervisor)) continue;
      this.forget(sessionId);
      this.onGone(sessionId);
    }
  }

  close(): void {
    this.#watched.clear();
    this.#stopTimer();
  }

  #stopTimer(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
