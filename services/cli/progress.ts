const SHOWN_EVERY_MS = 200;
const CLEAR_LINE = '\r\u001b[K';

/** Tells a person at a terminal how far something is; says nothing where the output goes to a file. */
export function progressOf(what: string, total: number) {
  const { stderr } = process;
  let [done, shownAt] = [0, 0];
  const advance = (count: number): void => {
    done += count;
    const now = performance.now();
    if (!stderr.isTTY || now - shownAt < SHOWN_EVERY_MS) return;
    shownAt = now;
    const percent = total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 100;
    stderr.write(`${CLEAR_LINE}${what}: ${percent} %`);
  };
  const end = (): void => {
    if (stderr.isTTY && shownAt > 0) stderr.write(CLEAR_LINE);
  };
  return { advance, end };
}
