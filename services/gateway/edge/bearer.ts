import type { IncomingMessage } from 'node:http';

/** RFC 6750 section 2.1; the scheme's name is the same in any case (RFC 9110 section 11.1). */
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i;
const SCHEME = /^Bearer(\s|$)/i;

/**
 * Whether a request says that an API token is all it has to show. Its cookie is not looked at then, so that what keeps other
 * sites' pages from using a cookie need not hold for it: no browser sends this header by itself, and none lets another
 * site's page send it without asking first, which nobody answers here.
 */
export const usesBearer = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  SCHEME.test(headers.authorization ?? '');

/** The token that came along; undefined when what came is none. */
export const bearerOf = ({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined =>
  BEARER.exec(headers.authorization ?? '')?.[1];
