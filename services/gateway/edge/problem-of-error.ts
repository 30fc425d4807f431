import type { Duplex } from 'node:stream';
import { PROBLEMS } from '#shared/contracts/problem.js';
import type { Reply } from '#shared/es/operation.js';
import { documentOf, isProblemCode, Problem } from './problem.js';

/** Largest request body. An app with its icon fits; a commit of the log does, too. */
export const BODY_BYTES_MAX = 256 * 1_024;

const OF_FASTIFY: Readonly<Record<string, [code: Problem['code'], detail: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['BodyTooLarge', `A body takes at most ${BODY_BYTES_MAX} bytes.`],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'UnsupportedMediaType',
    'Send the body as JSON, with Content-Type: application/json.',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'MalformedRequest',
    'Content-Length does not match the body.',
  ],
  FST_ERR_MAX_PARAM_LENGTH: ['NotFound', 'Nothing here has a name that long.'],
  FST_ERR_BAD_URL: ['MalformedRequest', 'The path has a "%" that is not part of an escape.'],
};

const UNAVAILABLE = new Set([
  'LogUnavailableError',
  'BusUnavailableError',
  'StoreUnavailableError',
]);

/** The problem that an error is for the client. What is nobody's expected answer becomes `Internal`, with nothing of it told. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (!(error instanceof Error)) return broken();
  const known = OF_FASTIFY['code' in error ? String(error.code) : ''];
  if (known) return new Problem(...known);
  const { name, message } = error;
  if (UNAVAILABLE.has(name)) return new Problem('Unavailable', message, { retryAfterSeconds: 1 });
  const status = 'statusCode' in error ? Number(error.statusCode) : 500;
  return status >= 400 && status < 500 ? new Problem('MalformedRequest', message) : broken();
}

// What exactly broke is for the log; a stranger learns nothing from it.
const broken = (): Problem =>
  new Problem('Internal', 'Something broke inside Sortie; its log has the details.');

/** The problem of a service's refusal. A code that the API does not know is a bug, and told as one. */
export function problemOfRefusal(refused: Extract<Reply<never>, { kind: 'rejected' }>): Problem {
  if (!isProblemCode(refused.code)) throw new Error(`No problem is called ${refused.code}`);
  const { code, detail, retryAfterSeconds, errors = [] } = refused;
  return new Problem(code, detail, { retryAfterSeconds, errors });
}

const OF_HTTP: Readonly<Record<string, [code: Problem['code'], detail: string]>> = {
  HPE_HEADER_OVERFLOW: ['HeadersTooLarge', 'Path and headers together take at most 16 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['RequestTimedOut', 'The request took too long to arrive.'],
};

/** Answers what is not even HTTP, on its socket: no route and no hook ever sees it. */
export function answerBrokenHttp(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [code, detail] = OF_HTTP[error.code ?? ''] ?? ['MalformedRequest', 'This is not HTTP/1.1.'];
  answerOnSocket(socket, new Problem(code, detail));
}

/** Answers on a socket that has no response object, and closes it. */
export function answerOnSocket(socket: Duplex, problem: Problem): void {
  const body = JSON.stringify(documentOf(problem, '/'));
  const [status, title] = PROBLEMS[problem.code];
  // Whoever resets the connection meanwhile must not bring the process down.
  socket.on('error', () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${status} ${title}`,
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      'x-content-type-options: nosniff',
      'cache-control: no-store',
      'connection: close',
      '',
      body,
    ].join('\r\n'),
    () => socket.destroy(),
  );
}
