const LENGTH_MAX = 512;
/** Any origin will do: what stays on it is a path of every one. */
const HERE = 'http://here.invalid';

/**
 * A path of this server that somebody named to go to afterwards, as a browser would spell it; `/` for whatever could lead
 * elsewhere. Browsers take `\\` for `/` and leave tabs and line breaks out, so a path is what their parser makes of it.
 */
export function ownPath(named: unknown): string {
  if (typeof named !== 'string' || named.length > LENGTH_MAX || !named.startsWith('/')) return '/';
  const url = URL.canParse(named, HERE) ? new URL(named, HERE) : undefined;
  if (url?.origin !== HERE) return '/';
  const path = `${url.pathname}${url.search}${url.hash}`;
  // A path of a path: `/.//evil.example` is on this origin, and what is left of it is not; of `/.//` it is no address.
  return !path.startsWith('//') && new URL(path, HERE).origin === HERE ? path : '/';
}
