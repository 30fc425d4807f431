import { RuntimeFailure, type RuntimeSpec } from './runtime-driver.js';

const GEOMETRY_MIN = 64;
const GEOMETRY_MAX = 8192;
/** Callers bring their own, shorter deadline; this one holds when they forget. */
const START_MS_MAX = 120_000;

/** Throws `InvalidSpec` for a display that no driver can make. */
export function requireGeometry({ geometry: { width, height } }: RuntimeSpec): void {
  const fits = (side: number) =>
    Number.isInteger(side) && side >= GEOMETRY_MIN && side <= GEOMETRY_MAX;
  if (fits(width) && fits(height)) return;
  throw new RuntimeFailure(
    'InvalidSpec',
    `A display of ${width} by ${height} can't be made: use ${GEOMETRY_MIN} to ${GEOMETRY_MAX} pixels a side.`,
  );
}

/** Ends a start: when its caller aborts it, when somebody stops the session, or when its longest time is over. */
export class StartControl {
  readonly #cancel = new AbortController();
  readonly #follow = () => this.#cancel.abort(this.caller.reason);
  readonly #deadline = setTimeout(() => {
    this.#cancel.abort(new DOMException('The longest time of a start is over.', 'TimeoutError'));
  }, START_MS_MAX);

  // Not AbortSignal.any(): Node 20 collects the combined signal with its listeners when a garbage collection
  // comes before the abort, and the start then waits for ever (there is a test that collects).
  constructor(readonly caller: AbortSignal) {
    caller.addEventListener('abort', this.#follow, { once: true });
    if (caller.aborted) this.#follow();
  }

  get signal(): AbortSignal {
    return this.#cancel.signal;
  }

  cancel(why: string): void {
    this.#cancel.abort(notStarted(why));
  }

  /** Lets go of the caller's signal and of the timer; call it when the start is over. */
  release(): void {
    clearTimeout(this.#deadline);
    this.caller.removeEventListener('abort', this.#follow);
  }
}

/** The failure of a start that somebody ended. */
export function notStarted(why: string): RuntimeFailure {
  return new RuntimeFailure('StartStopped', `The session did not start: ${why}.`);
}

/** Says in plain words that a deadline passed; any other error is given back as it is. */
export function asStartFailure(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'TimeoutError') return error;
  const message = 'The session did not start: its app showed no window in time.';
  return new RuntimeFailure('StartTimedOut', message, undefined, { cause: error });
}

/** Waits for a result, or rejects with the signal's reason as soon as it is aborted. */
export async function orAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  let leave: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
  });
  return Promise.race([result, aborted]).finally(() => {
    if (leave) signal.removeEventListener('abort', leave);
  });
}
