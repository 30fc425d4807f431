/** Something took longer than it may; the message says what and how long. It may still be under way. */
export class DeadlinePassedError extends Error {
  override readonly name = 'DeadlinePassedError';
}

/** Waits for `work`, but no longer than `ms`. Errors: {@link DeadlinePassedError}. */
export async function withDeadline<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new DeadlinePassedError(`${what} took longer than ${Math.round(ms / 1_000)} s.`));
    }, ms);
  });
  return Promise.race([work, passed]).finally(() => clearTimeout(timer));
}

/** Waits for `work`; once the signal aborts it gets `graceMs` to end by itself. Rejects with the signal's reason then. */
export async function untilAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
  graceMs: number,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let leave: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    leave = () => {
      timer ??= setTimeout(() => reject(signal.reason as Error), graceMs);
    };
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
  });
  return Promise.race([work, aborted]).finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', leave);
  });
}
