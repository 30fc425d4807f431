import type { Page } from 'playwright-core';
import { screenFaults, tooWide } from './accessibility.js';

/** Both themes and both sizes, each once: axe takes its time. The last one is how a page is left. */
const LOOKS = [
  { name: 'dark, on a phone', colorScheme: 'dark', viewport: { width: 390, height: 844 } },
  { name: 'light, on a desk', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
] as const;

/** As long as a test of several screens may take on a busy machine. */
export const LOOKING_MS = 240_000;

/** What is wrong with a page as it is now, however one looks at it: one line a place. */
export async function faultsInEveryLook(page: Page, screen: string): Promise<string[]> {
  const faults: string[] = [];
  for (const { name, colorScheme, viewport } of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize(viewport);
    const seen = `${screen} (${name})`;
    faults.push(...(await tooWide(page, seen)), ...(await screenFaults(page, seen)));
  }
  return faults;
}
