import type { Client } from 'openapi-fetch';
import type { paths } from '#shared/client/paths.js';
import type { Connection } from './connection.js';
import type { Terminal } from './terminal.js';

/** Calls of the server that the compiler checks. */
export type Api = Client<paths>;

/** What every command has: the terminal, and the way to the server that the command line names. */
export type Cli = Terminal &
  Readonly<{
    connect: () => Promise<Connection>;
    client: () => Promise<Api>;
  }>;

/** Options of commands that take something away. */
export type Removing = Readonly<{ dryRun?: true; yes?: true }>;

const PAGE = 100;

type Paged<T> = Readonly<{ items: readonly T[]; next: string | undefined }>;

/** Reads a list page by page until its end, or until there are `limit`. */
export async function allOf<T>(
  load: (page: { limit: number; cursor?: string }) => Promise<Paged<T>>,
  limit = Infinity,
): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const { items, next } = await load({
      limit: Math.min(PAGE, limit - all.length),
      ...(cursor !== undefined && { cursor }),
    });
    all.push(...items);
    cursor = next;
  } while (cursor !== undefined && all.length < limit);
  return all;
}

/** The answer of a call; the client has thrown where there is none. */
export function dataOf<T>({ data }: { data?: T }): T {
  return data as T;
}

/** The version that an answer tells, to be sent with a change as If-Match. */
export const versionOf = ({ response }: { response: Response }): string =>
  response.headers.get('etag') ?? '';
