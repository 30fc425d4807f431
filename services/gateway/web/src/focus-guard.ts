const FOCUSABLE =
  'button:not([disabled]), a[href], input:not([disabled]), select, summary, h1[tabindex]';
/** Longer than a screen takes to put the focus where it wants it. */
const PATIENCE_MS = 120;

/**
 * Keeps the focus near when what has it goes away, as a row does that was deleted: who uses the keyboard would be sent
 * back to the top of the page (WCAG 2.2, 2.4.3).
 */
export function guardFocus(page: HTMLElement): void {
  let around: Element[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  document.addEventListener('focusin', ({ target }) => {
    around = [];
    for (let each = target as Element | null; each && each !== page; each = each.parentElement)
      around.push(each);
  });
  const mend = (): void => {
    const [lost, ...others] = around;
    if (!lost || lost.isConnected || document.activeElement !== document.body) return;
    const near = others.filter((each) => each.isConnected).find((each) => firstIn(each));
    (near ? firstIn(near) : firstIn(page))?.focus({ preventScroll: true });
  };
  new MutationObserver(() => {
    if (document.activeElement !== document.body) return;
    clearTimeout(timer);
    timer = setTimeout(mend, PATIENCE_MS);
  }).observe(page, { childList: true, subtree: true });
}

function firstIn(element: Element): HTMLElement | undefined {
  return [...element.querySelectorAll<HTMLElement>(FOCUSABLE)].find((each) =>
    each.checkVisibility(),
  );
}
