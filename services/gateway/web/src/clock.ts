import { signal } from '@preact/signals';

const TICK_MS = 10_000;

/** Now, in epoch milliseconds, fresh enough for 'minutes ago'; components that read it follow it. */
export const nowMs = signal(Date.now());

/** Lets the clock tick while the page is visible. */
export function startClock(): void {
  setInterval(() => {
    if (!document.hidden) nowMs.value = Date.now();
  }, TICK_MS);
}
