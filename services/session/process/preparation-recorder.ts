import { RecordPreparation } from '#shared/contracts/session.js';
import { rest } from '#shared/es/rest.js';
import { systemContext } from '#shared/es/system-context.js';
import type { StartProgress } from '../adapters/runtime-driver.js';
import { withDeadline } from './deadline.js';
import type { SupervisorParts } from './supervisor-parts.js';

/** The least time from one record of a start to the next: a driver tells of every few bytes. */
export const RECORD_INTERVAL_MS = 2_000;
/** How long the end of a start waits for the record under way, so that it is in the log before the outcome. */
const LAST_RECORD_MS = 1_000;

type Start = Readonly<{
  sessionId: string;
  startedAt: string;
  /** Aborts when nobody waits for the start any more. */
  signal: AbortSignal;
}>;

/**
 * Puts on record how far one start is: what was told first, and then every two seconds the latest, if it is news. What
 * can't be recorded is left out: the start is not about that.
 */
export class PreparationRecorder {
  readonly #parts: Pick<SupervisorParts, 'bus' | 'log'>;
  readonly #start: Start;
  readonly #over = new AbortController();
  #latest: StartProgress | undefined;
  #isRunning = false;
  #recording: Promise<void> = Promise.resolve();
  #hasFailed = false;

  constructor(parts: Pick<SupervisorParts, 'bus' | 'log'>, start: Start) {
    this.#parts = parts;
    this.#start = start;
    start.signal.addEventListener('abort', this.#close, { once: true });
    if (start.signal.aborted) this.#close();
  }

  /** Takes what the driver tells; never waits and never throws. */
  readonly told = (progress: StartProgress): void => {
    if (this.#over.signal.aborted) return;
    this.#latest = progress;
    if (!this.#isRunning) void this.#run();
  };

  /** Records nothing more. Resolves once the record under way is done, or has taken too long. */
  async end(): Promise<void> {
    this.#start.signal.removeEventListener('abort', this.#close);
    this.#close();
    const last = withDeadline(this.#recording, LAST_RECORD_MS, 'The last record');
    await last.catch(() => undefined);
  }

  readonly #close = (): void => this.#over.abort();

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#latest && !this.#over.signal.aborted) {
      this.#recording = this.#record(this.#latest);
      this.#latest = undefined;
      await Promise.all([this.#recording, rest(RECORD_INTERVAL_MS, this.#over.signal)]);
    }
    this.#isRunning = false;
  }

  async #record({ step, done, total }: StartProgress): Promise<void> {
    const { sessionId: session_id, startedAt: started_at } = this.#start;
    const { bus } = this.#parts;
    const data = { session_id, started_at, step, done, total };
    try {
      const reply = await bus.request(RecordPreparation, data, systemContext());
      if (reply.kind === 'rejected') this.#fail(reply.detail);
    } catch (cause) {
      this.#fail(cause instanceof Error ? cause.message : String(cause));
    }
  }

  /** Once a start: each record would fail in the same way. After its end a refusal is to be expected. */
  #fail(reason: string): void {
    if (this.#hasFailed || this.#over.signal.aborted) return;
    this.#hasFailed = true;
    const { sessionId } = this.#start;
    this.#parts.log('warn', 'how far a start is could not be recorded', { sessionId, reason });
  }
}
