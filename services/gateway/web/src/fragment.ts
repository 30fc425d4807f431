const KEY = 'sortie-fragment';
/** The pages that are told something behind '#', where no server and no log sees it. */
const PATHS = new Set(['/shared', '/device']);

/**
 * Keeps what is behind '#' for the way over another site's sign-in, on which it is lost: for this tab only, and until
 * it is taken.
 */
export function keepFragment(): void {
  if (PATHS.has(location.pathname) && location.hash !== '')
    sessionStorage.setItem(KEY, location.pathname + location.hash);
}

/** Takes what is behind '#', and leaves it neither in the address nor in the tab; '' when there is nothing. */
export function takeFragment(): string {
  const kept = sessionStorage.getItem(KEY) ?? '';
  sessionStorage.removeItem(KEY);
  const before = kept.startsWith(`${location.pathname}#`) ? kept.slice(kept.indexOf('#')) : '';
  const fragment = location.hash || before;
  history.replaceState(null, '', location.pathname);
  return fragment.slice(1);
}
