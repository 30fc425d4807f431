import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** Linux's sun_path without its final zero (unix(7)). */
const PATH_BYTES_MAX = 107;
const consoleRequests = new WeakSet<IncomingMessage>();

/** Says whether a request came over the control socket: whoever can open that file owns the data folder. */
export const isConsole = (request: IncomingMessage): boolean => consoleRequests.has(request);

/** The control socket can't be made; the message names it and the remedy. */
export class ControlSocketError extends Error {
  override readonly name = 'ControlSocketError';
}

/**
 * Serves the same API on a unix socket that only the data folder's owner can open; the file's mode is the sign-in.
 * Errors: {@link ControlSocketError}.
 */
export async function listenForOperator(server: FastifyInstance, path: string): Promise<Server> {
  const bytes = Buffer.byteLength(path);
  if (bytes > PATH_BYTES_MAX) {
    throw new ControlSocketError(
      `The control socket ${path} has a path of ${bytes} bytes and the system allows ${PATH_BYTES_MAX}: choose a shorter data folder with SORTIE_DATA.`,
    );
  }
  rmSync(path, { force: true });
  const control = createServer((request, response) => {
    consoleRequests.add(request);
    server.routing(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    control.once('error', reject);
    control.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return control;
}
