import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Client } from 'openapi-fetch';
import { sortieClient } from '#shared/client/client.js';
import type { paths } from '#shared/client/paths.js';
import { controlFetch } from './control-fetch.js';
import { credentialsPath, readCredentials } from './credentials.js';
import { CliError, EXIT, usageError } from './exit-codes.js';

/** What the command line says about the server. */
export type Server = Readonly<{ data: string; url?: string; tokenFile?: string }>;

/** A way to a server: calls that the compiler checks, and plain requests for what is a stream. */
export type Connection = Readonly<{
  client: Client<paths>;
  /** Sends a request for a path; resolves with whatever is answered. Errors: {@link CliError}. */
  send: (path: string, init?: RequestInit) => Promise<Response>;
}>;

const OVER_THE_SOCKET = 'http://localhost';

/**
 * Connects to the server that is named, else to the one that was signed in to last, else to the one on the data folder
 * of this machine, over its control socket. Errors: {@link CliError} when there is no token for the one that is named.
 */
export async function connect(server: Server): Promise<Connection> {
  const credentials = await readCredentials(credentialsPath());
  const url = server.url === undefined ? credentials.current : addressOf(server.url);
  if (url === undefined) {
    const send = controlFetch(join(resolve(server.data), 'control.sock'));
    return over(OVER_THE_SOCKET, undefined, send);
  }
  const token =
    server.tokenFile === undefined ? credentials.tokens[url] : await tokenIn(server.tokenFile);
  if (token === undefined) {
    throw new CliError(EXIT.signedOut, `You are not signed in to ${url}: sortie sign-in ${url}`);
  }
  return over(url, token, overNetwork(url));
}

/** Connects to a server as nobody, to sign in. */
export const connectAsNobody = (url: string): Connection => over(url, undefined, overNetwork(url));

/** The address of a server as it is kept: scheme, host and port. Errors: {@link CliError}. */
export function addressOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'https:' || parsed?.protocol === 'http:') return parsed.origin;
  throw usageError(`${url} is no address of a server; it looks like https://sortie.example.`);
}

const overNetwork =
  (url: string) =>
  (request: Request): Promise<Response> =>
    fetch(request).catch((cause: Error) => {
      const why = cause.cause instanceof Error ? cause.cause.message : cause.message;
      throw new CliError(EXIT.unreachable, `${url} can not be reached: ${why}.`, cause);
    });

function over(
  url: string,
  token: string | undefined,
  fetch: (request: Request) => Promise<Response>,
): Connection {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    client: sortieClient({ url, fetch, ...(token !== undefined && { token }) }),
    send: (path, init = {}) => {
      const headers = { ...(init.headers as Record<string, string> | undefined), ...authorization };
      return fetch(new Request(`${url}${path}`, { ...init, headers }));
    },
  };
}

async function tokenIn(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new CliError(EXIT.usage, `The token can not be read: ${cause.message}.`, cause);
  });
  return text.trim();
}
