import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from './problem.js';
import { ownPath } from './own-path.js';

/**
 * Answers with a page that goes on to a path of this server. Not a redirect: the browser comes from another site, and a
 * redirect would be part of that way, to which it sends no cookie that is SameSite=Strict. From here on it is at home.
 */
export function sendOnward(reply: FastifyReply, to: string): FastifyReply {
  const path = escaped(ownPath(to));
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>Signed in</title><link rel="icon" href="data:,">` +
        `<meta http-equiv="refresh" content="0;url=${path}"><a href="${path}">Go on</a></html>\n`,
    );
}

/** Sends a browser whose sign-in elsewhere failed to the page, which says why; tells everybody else by a problem. */
export function sendProblemOnward(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem,
): FastifyReply {
  if (!request.headers.accept?.includes('text/html')) throw problem;
  return reply.redirect(`/?sign_in_problem=${problem.code}`, 303);
}

const ENTITIES: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (one) => ENTITIES[one] ?? one);
