import type { RuntimeDriver } from '../adapters/runtime-driver.js';
import { withDeadline } from './deadline.js';
import type { Seen } from './next-step.process.js';

const INSPECT_DEADLINE_MS = 10_000;

/** What this process has seen of runtimes. It holds something only of sessions that are not over. */
export class RuntimeWatch {
  readonly #driver: RuntimeDriver;
  readonly #ours = new Set<string>();
  readonly #exitReasons = new Map<string, string>();
  readonly #deadSinceMs = new Map<string, number>();

  constructor(driver: RuntimeDriver) {
    this.#driver = driver;
  }

  /** Remembers that this process started or adopted a runtime, so that its driver tells how it ends. */
  own(sessionId: string): void {
    this.#ours.add(sessionId);
  }

  /** A session's own processes may have written the reason, so it is kept to one line. */
  exited(sessionId: string, reason: string): void {
    this.#exitReasons.set(sessionId, reason.replace(/\s+/g, ' ').trim());
  }

  forget(sessionId: string): void {
    this.#ours.delete(sessionId);
    this.#exitReasons.delete(sessionId);
    this.#deadSinceMs.delete(sessionId);
  }

  /** Looks at a session's runtime. Errors: the driver's, DeadlinePassedError. */
  async look(sessionId: string, nowMs: number): Promise<Seen> {
    const asked = this.#driver.inspect(sessionId);
    const runtime = await withDeadline(asked, INSPECT_DEADLINE_MS, 'Looking at the runtime');
    if (runtime === undefined || runtime.state === 'running') this.#deadSinceMs.delete(sessionId);
    else if (!this.#deadSinceMs.has(sessionId)) this.#deadSinceMs.set(sessionId, nowMs);
    return {
      runtime,
      exitReason: this.#exitReasons.get(sessionId),
      deadSinceMs: this.#deadSinceMs.get(sessionId),
      isOurs: this.#ours.has(sessionId),
    };
  }
}
