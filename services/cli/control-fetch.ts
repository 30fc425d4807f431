import { type IncomingMessage, request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { ReadableStream } from 'node:stream/web';
import { CliError, EXIT } from './exit-codes.js';

/** A rebuild reads the whole log before it answers. */
const SILENCE_MS = 10 * 60_000;

/** Sends requests as `fetch` does, to whoever listens on a unix socket. Errors: {@link CliError}. */
export const controlFetch =
  (socketPath: string) =>
  async (asked: Request): Promise<Response> => {
    const { pathname, search } = new URL(asked.url);
    const body = asked.body === null ? '' : await text(asked.body as ReadableStream);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = httpRequest({
        socketPath,
        method: asked.method,
        path: `${pathname}${search}`,
        headers: { ...Object.fromEntries(asked.headers), host: 'localhost' },
        signal: asked.signal,
      });
      sent.setTimeout(SILENCE_MS, () => sent.destroy(new Error('it took too long')));
      sent.on('error', reject).on('response', resolve);
      sent.end(body);
    }).catch((cause: Error) => {
      throw new CliError(EXIT.unreachable, whyNot(socketPath, cause), cause);
    });
    return responseOf(answer);
  };

type ResponseBody = ConstructorParameters<typeof Response>[0];
const WITHOUT_BODY = new Set([204, 304]);

function responseOf(answer: IncomingMessage): Response {
  const { statusCode: status = 500, statusMessage: statusText = '' } = answer;
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  if (WITHOUT_BODY.has(status)) {
    answer.resume();
    return new Response(null, { status, statusText, headers });
  }
  return new Response(Readable.toWeb(answer) as ResponseBody, { status, statusText, headers });
}

function whyNot(socketPath: string, cause: Error): string {
  const code = 'code' in cause ? String(cause.code) : '';
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return `Sortie is not running on this data folder (${socketPath}). Start it with npm start, name the folder with --data, or sign in to one elsewhere with sortie sign-in <url>.`;
  }
  if (code === 'EACCES') {
    return `The control socket ${socketPath} belongs to another user: run this as the one who started Sortie.`;
  }
  return `Sortie did not answer on ${socketPath}: ${cause.message}.`;
}
