import type { Runtime, RuntimeEnd } from './runtime-driver.js';
import { orAborted, StartControl } from './runtime-start.js';

interface Start {
  readonly control: StartControl;
  readonly started: Promise<Runtime>;
}

/** Sees to it that a session is started once and stopped once at a time, whoever asks how often. */
export class RuntimeTurns {
  readonly #starts = new Map<string, Start>();
  readonly #stops = new Map<string, Promise<RuntimeEnd>>();

  isStarting(sessionId: string): boolean {
    return this.#starts.has(sessionId);
  }

  isStopping(sessionId: string): boolean {
    return this.#stops.has(sessionId);
  }

  /** Starts once a stop under way is through, or joins the start under way. */
  start(
    sessionId: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<Runtime>,
  ): Promise<Runtime> {
    const under = this.#starts.get(sessionId);
    if (under) return orAborted(under.started, signal);
    const control = new StartControl(signal);
    const stopped = Promise.resolve(this.#stops.get(sessionId)).catch(() => undefined);
    const started = stopped
      .then(() => work(control.signal))
      .finally(() => {
        control.release();
        this.#starts.delete(sessionId);
      });
    this.#starts.set(sessionId, { control, started });
    return started;
  }

  /** Ends the start under way, then stops, or joins the stop under way. */
  stop(sessionId: string, work: () => Promise<RuntimeEnd>): Promise<RuntimeEnd> {
    const under = this.#stops.get(sessionId);
    if (under) return under;
    const start = this.#starts.get(sessionId);
    start?.control.cancel('it was stopped meanwhile');
    const ended = Promise.resolve(start?.started).catch(() => undefined);
    const stopped = ended.then(work).finally(() => this.#stops.delete(sessionId));
    this.#stops.set(sessionId, stopped);
    return stopped;
  }

  /** Waits until the start under way, if there is one, has come out one way or the other. */
  async startSettled(sessionId: string): Promise<void> {
    await this.#starts.get(sessionId)?.started.catch(() => undefined);
  }

  /** Ends the starts under way and waits for the stops. */
  async close(): Promise<void> {
    const starts = [...this.#starts.values()];
    for (const { control } of starts) control.cancel('the server is closing');
    await Promise.allSettled([...starts.map((start) => start.started), ...this.#stops.values()]);
  }
}
