import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { EventLog } from '#shared/es/event-log.js';
import type { Bus } from '#shared/es/operation.js';
import { Authentication } from './edge/authentication.js';
import { readBranding } from './edge/branding.js';
import { listenForOperator } from './edge/control-socket.js';
import { followLog } from './edge/event-tail.js';
import { LiveStreams } from './edge/live-streams.js';
import { openApiOf, rawPathsOf } from './edge/openapi.js';
import { originsOf } from './edge/origins.js';
import { registerPage } from './edge/page.js';
import { registerRawRoutes } from './edge/raw-route.js';
import { registerRoutes } from './edge/register-routes.js';
import { revocationsOf } from './edge/revocation.js';
import type { Route } from './edge/route.js';
import { appRoutes } from './edge/routes/apps.routes.js';
import { auditRoutes } from './edge/routes/audit.routes.js';
import { identityRoutes } from './edge/routes/identity.routes.js';
import { operationsRoutes } from './edge/routes/operations.routes.js';
import { rawRoutes, type Readiness } from './edge/routes/raw.routes.js';
import { sessionRoutes } from './edge/routes/sessions.routes.js';
import { createServer } from './edge/server.js';
import { viewerPorts } from './edge/viewer-wiring.js';
import { createViewerProxy, type ViewerProxy } from './viewer/viewer-proxy.js';

const VIEWER_PATH = /^\/api\/sessions\/([A-Za-z0-9_-]{1,64})\/viewer$/;
const DRAIN_DEADLINE_MS = 5_000;

export type GatewayParts = Readonly<{
  log: EventLog;
  bus: Bus;
  port: number;
  host: string;
  publicUrl: URL | undefined;
  trustedProxies: readonly string[];
  writesPerMinute: number;
  signInsPerMinute: number;
  brandingPath: string | undefined;
  /** The services that are asked for their projections. */
  services: readonly string[];
  /** Folder of the built web page. */
  pagePath: string;
  controlPath: string;
  version: string;
  readiness: Readiness;
  onError: (message: string, error: unknown) => void;
}>;

export type Gateway = Readonly<{
  /** Starts listening, to people and to the operator; resolves with the address to open. Errors: ListenError. */
  listen: () => Promise<string>;
  /** Takes no new connections, tells viewers to come back, ends event streams. */
  close: () => Promise<void>;
  /** Every route there is, for the tests that walk them. */
  routes: readonly Route[];
}>;

/** The address can't be listened on; the message says why and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Builds the gateway: REST, documents, page, event stream and viewers, in front of the bus. */
export async function openGateway(parts: GatewayParts): Promise<Gateway> {
  const { log, bus, publicUrl } = parts;
  const authentication = new Authentication(bus, publicUrl?.protocol === 'https:');
  const routes: readonly Route[] = [
    ...identityRoutes(authentication),
    ...appRoutes,
    ...sessionRoutes,
    ...auditRoutes,
    ...operationsRoutes(parts.services, readBranding(parts.brandingPath), () => log.head()),
  ];
  const server = await createServer({
    ...(publicUrl && { publicUrl }),
    trustedProxies: parts.trustedProxies,
    onBroken: (error, { method, routeOptions }) =>
      parts.onError(`${method} ${routeOptions.url ?? '?'} broke`, error),
  });
  const tail = await followLog(log, (error) => parts.onError('The log can not be followed', error));
  const streams = new LiveStreams(tail, bus, (e) => parts.onError('An event stream broke', e));
  const viewers = createViewerProxy(
    viewerPorts(bus, (e) => parts.onError('Use of a session could not be recorded', e)),
    { allowedOrigins: (request) => originsOf(request, publicUrl) },
  );
  tail.listen((commit) => {
    for (const { matches, reason } of revocationsOf(commit)) {
      viewers.revoke(matches, reason);
      streams.revoke(matches);
    }
  });
  const raw = rawRoutes(streams, parts.readiness, () => document);
  const document = openApiOf(routes, parts.version, rawPathsOf(raw));
  const { writesPerMinute, signInsPerMinute } = parts;
  registerRoutes(server, {
    routes,
    bus,
    authentication,
    limits: { writesPerMinute, signInsPerMinute },
  });
  registerRawRoutes(server, raw, authentication);
  await registerPage(server, parts.pagePath);
  upgradeViewers(server, viewers);
  let control: Server | undefined;
  return {
    routes,
    listen: async () => {
      await listenForPeople(server, parts);
      control = await listenForOperator(server, parts.controlPath);
      return addressOf(server, parts);
    },
    close: async () => {
      streams.revoke(() => true);
      await viewers.drain(DRAIN_DEADLINE_MS);
      await tail.stop();
      control?.close();
      control?.closeAllConnections();
      await server.close();
    },
  };
}

function upgradeViewers(server: FastifyInstance, viewers: ViewerProxy): void {
  server.server.on('upgrade', (request: IncomingMessage, socket, head) => {
    const path = request.url?.split('?')[0] ?? '';
    const sessionId = VIEWER_PATH.exec(path)?.[1];
    if (sessionId) void viewers.upgrade(request, socket, head, { sessionId });
    else socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
}

async function listenForPeople(server: FastifyInstance, { port, host }: GatewayParts) {
  try {
    await server.listen({ port, host });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const why =
      code === 'EADDRINUSE'
        ? 'something else listens there: stop it, or choose another port with --port or SORTIE_PORT'
        : `${String(cause)}: choose another address with SORTIE_HOST and SORTIE_PORT`;
    throw new ListenError(`Port ${port} of ${host} can't be used: ${why}.`, { cause });
  }
}

function addressOf(server: FastifyInstance, { host, publicUrl }: GatewayParts): string {
  if (publicUrl) return publicUrl.href.replace(/\/$/, '');
  const { port } = server.server.address() as AddressInfo;
  const name = host === '127.0.0.1' || host === '::1' ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
