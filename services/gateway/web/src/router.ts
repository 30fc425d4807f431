import { signal } from '@preact/signals';

/** The path that the page shows now. */
export const path = signal(location.pathname);

/** Shows another path; `replace` leaves no step to go back to. */
export function navigate(to: string, options: { replace?: boolean } = {}): void {
  if (to === path.value) return;
  if (options.replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  showPath();
}

/** Follows the browser's back and forward buttons, and turns clicks on own links into navigation without a reload. */
export function startRouter(): void {
  addEventListener('popstate', () => {
    path.value = location.pathname;
  });
  document.addEventListener('click', (event) => {
    const to = ownPath(event);
    if (to === undefined) return;
    event.preventDefault();
    navigate(to);
  });
}

function showPath(): void {
  path.value = location.pathname;
  scrollTo(0, 0);
}

function ownPath(event: MouseEvent): string | undefined {
  if (event.defaultPrevented || event.button !== 0 || wantsNewTab(event)) return undefined;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  return link && isOwn(link) ? link.pathname : undefined;
}

function wantsNewTab(event: MouseEvent): boolean {
  return event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
}

function isOwn(link: HTMLAnchorElement): boolean {
  const stays = link.target === '' && !link.hasAttribute('download');
  return stays && link.origin === location.origin && !link.pathname.startsWith('/api/');
}
