import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';

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

/** Says whether a request names this server in its Host header. */
export function namesThisServer(
  request: Pick<IncomingMessage, 'headers'>,
  publicUrl?: URL,
): boolean {
  const host = request.headers.host ?? '';
  if (publicUrl && host.toLowerCase() === publicUrl.host) return true;
  const origins = originsOf(request, publicUrl);
  return origins.includes(`http://${host}`);
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
