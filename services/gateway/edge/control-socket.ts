import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { FastifyInstance } from 'fastify';

const operatorRequests = new WeakSet<IncomingMessage>();

/** Says whether a request came over the control socket: whoever can open that file owns the data folder. */
export const isOperator = (request: IncomingMessage): boolean => operatorRequests.has(request);

/** Serves the same API on a unix socket that only the data folder's owner can open; the file's mode is the sign-in. */
export async function listenForOperator(server: FastifyInstance, path: string): Promise<Server> {
  rmSync(path, { force: true });
  const control = createServer((request, response) => {
    operatorRequests.add(request);
    server.routing(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    control.once('error', reject);
    control.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return control;
}
