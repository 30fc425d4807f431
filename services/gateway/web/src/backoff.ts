export const DELAY_MIN_MS = 500;
export const DELAY_MAX_MS = 8_000;

/**
 * Gives the wait before the next attempt: doubles from 0.5 s up to 8 s, of which the last half is chance,
 * so that many viewers cut off together do not come back together. `chance` is in [0, 1).
 */
export function backoffMs(attempt: number, chance: number): number {
  const ceiling = Math.min(DELAY_MAX_MS, DELAY_MIN_MS * 2 ** Math.max(0, attempt));
  return Math.max(DELAY_MIN_MS, Math.round(ceiling / 2 + (ceiling / 2) * chance));
}
