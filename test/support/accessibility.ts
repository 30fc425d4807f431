import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** WCAG 2.2 up to AA, and what axe knows to be good beyond it. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What is wrong with a page as it is now: one line a place. */
export const screenFaults = async (page: Page, screen: string): Promise<string[]> => [
  ...(await accessibilityFaults(page, screen)),
  ...(await smallTargets(page, screen)),
];

/** Says so when a page has to be scrolled sideways. */
export async function tooWide(page: Page, screen: string): Promise<string[]> {
  const isWider = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
  return isWider ? [`${screen}: wider than the screen`] : [];
}

/** What axe finds wrong with a page as it is now: one line a place, with the rule and what to do about it. */
async function accessibilityFaults(page: Page, screen: string): Promise<string[]> {
  // Half-way through a fade, text has less contrast than it will have.
  await page.evaluate(
    'Promise.allSettled(document.getAnimations().filter(({ effect }) => effect.getTiming().iterations === 1).map(({ finished }) => finished))',
  );
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, any }) => {
      const why = any.map(({ message }) => message).join('; ');
      return `${screen}: ${id} (${help}) at ${target.join(' ')} ${why}`;
    }),
  );
}

/** Interactive parts that are smaller than 24 by 24 pixels (WCAG 2.2, 2.5.8), links in text apart. */
async function smallTargets(page: Page, screen: string): Promise<string[]> {
  const found = (await page.evaluate(`
    [...document.querySelectorAll('button, a[href], select, input, summary, [role=option]')]
      .filter((each) => each.checkVisibility() && !each.closest('p, dd, .unseen'))
      .map((each) => {
        const label = each.closest('label');
        const { width, height } = (label ?? each).getBoundingClientRect();
        return { name: each.textContent || each.getAttribute('aria-label') || each.name, width, height };
      })
      .filter(({ width, height }) => width > 1 && height > 1 && (width < 24 || height < 24))
      .map(({ name, width, height }) => name + ' ' + Math.round(width) + 'x' + Math.round(height))
  `)) as string[];
  return found.map((target) => `${screen}: ${target} is a small target`);
}
