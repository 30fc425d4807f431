const POLL_MS = 20;
/** Many times what it takes: a machine that is busy with other things must not fail a test, and one that passes never waits for it. */
const DEADLINE_MS = 30_000;

/** Polls until `probe` gives something other than undefined or false; throws with `what` when the deadline passes. */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`${what} did not happen within ${deadlineMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
