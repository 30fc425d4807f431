import type { Preparation } from './api-types.js';

const MB = 1_000_000;
/** On a narrow screen the sentence breaks before its figures, not within them. */
const NBSP = '\u00a0';
/** A screen reader is told at every quarter; who sees the bar sees it move. */
const ANNOUNCED_PERCENT = 25;

/** What is being done for a session that is being created. */
export const PREPARING = 'Fetching the app’s image';

/** Gives the share that is done in whole percent, rounded down: only all of it is 100. Undefined while nobody knows. */
export function percentOf({ done, total }: Preparation): number | undefined {
  return total > 0 ? Math.floor((Math.min(done, total) / total) * 100) : undefined;
}

/** Says in a sentence how far a session is: 'Fetching the app’s image: 42 % (126 of 300 MB)'. */
export function sayPreparation(preparation: Preparation, locale?: string): string {
  const percent = percentOf(preparation);
  const { done, total } = preparation;
  if (percent === undefined) {
    return done > 0 ? `${PREPARING}: ${sayMegabytes(done, locale)}${NBSP}MB so far` : PREPARING;
  }
  const fetched = sayMegabytes(Math.min(done, total), locale);
  const sizes = [fetched, 'of', sayMegabytes(total, locale), 'MB'].join(NBSP);
  return `${PREPARING}: ${percent}${NBSP}% (${sizes})`;
}

/** Says the same to those who listen, in steps that are worth an interruption. */
export function announcePreparation(preparation: Preparation): string {
  const percent = percentOf(preparation) ?? 0;
  const step = percent - (percent % ANNOUNCED_PERCENT);
  return step === 0 ? PREPARING : `${PREPARING}: ${step}${NBSP}%`;
}

/** Small ones with a decimal: an image of 4 MB must not stand still for a quarter of its way. */
function sayMegabytes(bytes: number, locale?: string): string {
  const digits = bytes < 10 * MB ? 1 : 0;
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(locale, format).format(bytes / MB);
}
