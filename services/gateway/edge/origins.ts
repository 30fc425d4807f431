import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { usesBearer } from './bearer.js';
import { Problem } from './problem.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Whoever checks a process's health asks it by whatever address it has; the answers tell nothing. */
const HEALTH_PATHS = new Set(['/livez', '/readyz']);
const HOST_SHOWN_LENGTH_MAX = 80;

/**
 * The origins (scheme, host and port) that this server's own pages have for a request. With a public URL it is the
 * only one beside loopback; without, the Host header counts only if it can't be a stranger's name: an IP address or
 * localhost. A foreign name that resolves to this machine (DNS rebinding) thus has no origin here at all.
 */
export function originsOf(request: Pick<IncomingMessage, 'headers'>, publicUrl?: URL): string[] {
  const host = request.headers.host ?? '';
  const own = isOwnName(hostnameOf(host)) ? [`http://${host}`] : [];
  return publicUrl ? [publicUrl.origin, ...own.filter(isLoopback)] : own;
}

/**
 * Refuses requests that another site's page sent with this person's cookie (OWASP CSRF cheat sheet: Fetch Metadata
 * first, Origin for browsers without it), and all that name a host this server does not have. A request with an API token
 * carries no cookie that counts. Throws {@link Problem}.
 */
export function requireOwnOrigin(
  request: Pick<IncomingMessage, 'headers' | 'method' | 'url'>,
  publicUrl?: URL,
): void {
  const { host = 'none', origin } = request.headers;
  if (!namesThisServer(request, publicUrl) && !HEALTH_PATHS.has(String(request.url))) {
    throw new Problem(
      'MalformedRequest',
      `This server has no host "${host.slice(0, HOST_SHOWN_LENGTH_MAX)}"; set SORTIE_PUBLIC_URL to the address that people use.`,
    );
  }
  if (SAFE_METHODS.has(String(request.method)) || usesBearer(request)) return;
  const site = request.headers['sec-fetch-site'];
  const foreignSite = site !== undefined && site !== 'same-origin';
  const foreignOrigin = origin !== undefined && !originsOf(request, publicUrl).includes(origin);
  if (foreignSite || foreignOrigin) {
    throw new Problem('CrossSite', 'Changes are taken from this server’s own pages only.');
  }
}

/** Says whether a request names this server in its Host header. */
function namesThisServer(request: Pick<IncomingMessage, 'headers'>, publicUrl?: URL): boolean {
  const host = request.headers.host ?? '';
  if (publicUrl && host.toLowerCase() === publicUrl.host) return true;
  return originsOf(request, publicUrl).includes(`http://${host}`);
}

function hostnameOf(host: string): string {
  try {
    return new URL(`http://${host}`).hostname;
  } catch {
    return '';
  }
}

const isOwnName = (hostname: string): boolean =>
  hostname === 'localhost' || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;

const isLoopback = (origin: string): boolean =>
  /^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(origin);
