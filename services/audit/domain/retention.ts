/** One entry of the trail, as far as its age is concerned. */
export type Aged = Readonly<{ sequence: number; timestamp: string }>;

/** What has to leave: everything up to a sequence. */
export type Due = Readonly<{ through: number; entries: number }>;

const DAY_MS = 86_400_000;

/** The moment before which entries have been there for longer than so many days. */
export const cutoffOf = (days: number, now: Date): string =>
  new Date(now.getTime() - days * DAY_MS).toISOString();

/**
 * Which of the oldest entries, given in log order, have to leave: all up to the first that is not old enough, so that what is
 * left always is a stretch of the log up to now. Where a clock was set back, an old entry stays with the newer one before
 * it. `isAll` says whether there are no more; of entries that may go on, the last commit is left for the next time.
 */
export function dueOf(
  oldest: readonly Aged[],
  before: string,
  { isAll }: { isAll: boolean },
): Due | undefined {
  const stays = oldest.findIndex(({ timestamp }) => timestamp >= before);
  const old = stays === -1 ? oldest : oldest.slice(0, stays);
  const last = old.at(-1);
  if (!last) return undefined;
  const isCut = stays === -1 && !isAll;
  const whole = isCut ? old.filter(({ sequence }) => sequence < last.sequence) : old;
  const through = whole.at(-1)?.sequence;
  return through === undefined ? undefined : { through, entries: whole.length };
}
