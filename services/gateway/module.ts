import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { asyncApiOf } from '#shared/contracts/asyncapi.js';
import type { Commit } from '#shared/es/commit.js';
import type { EventLog } from '#shared/es/event-log.js';
import type { Bus } from '#shared/es/operation.js';
import { inSpan, noSpans } from '#shared/es/spans.js';
import { AuditExports } from './edge/audit-exports.js';
import { Authentication } from './edge/authentication.js';
import { readBranding } from './edge/branding.js';
import { listenForOperator } from './edge/control-socket.js';
import { followLog } from './edge/event-tail.js';
import { LiveStreams } from './edge/live-streams.js';
import { clientAddressOf, trustedProxies } from './edge/client-address.js';
import { methodsByPath } from './edge/declared-routes.js';
import { openApiOf } from './edge/openapi.js';
import { originsOf } from './edge/origins.js';
import { fileRoutes, nothingHere, prepareFiles } from './edge/page.js';
import { Problem } from './edge/problem.js';
import { answerOnSocket } from './edge/problem-of-error.js';
import { type RawRoute, registerRawRoutes } from './edge/raw-route.js';
import { registerRoutes } from './edge/register-routes.js';
import type { RequestTelemetry } from './edge/request-trace.js';
import { prolongationsOf } from './edge/prolongation.js';
import { type Revocation, revocationsOf } from './edge/revocation.js';
import type { Route } from './edge/route.js';
import { appRoutes } from './edge/routes/apps.routes.js';
import { auditExportRoute, auditRoutes } from './edge/routes/audit.routes.js';
import { erasureRoutes } from './edge/routes/erasure.routes.js';
import { categoryRoutes } from './edge/routes/categories.routes.js';
import { groupRoutes } from './edge/routes/groups.routes.js';
import { identityRoutes } from './edge/routes/identity.routes.js';
import { deviceRoutes } from './edge/routes/device.routes.js';
import { oidcRoutes, providerRoutes } from './edge/routes/oidc.routes.js';
import { operationsRoutes } from './edge/routes/operations.routes.js';
import { type Exposition, rawRoutes, type Readiness } from './edge/routes/raw.routes.js';
import { sessionRoutes } from './edge/routes/sessions.routes.js';
import { frameRoute } from './edge/routes/frame.routes.js';
import { sharingRoutes } from './edge/routes/sharing.routes.js';
import { waysInRoutes } from './edge/routes/ways-in.routes.js';
import { createServer } from './edge/server.js';
import { gatewayIdOf, ViewerReports } from './edge/viewer-reports.js';
import { viewerPorts } from './edge/viewer-wiring.js';
import { Frames } from './viewer/frames.js';
import {
  type CloseReason,
  createViewerProxy,
  type ViewerProxy,
  type ViewerStats,
} from './viewer/viewer-proxy.js';

const VIEWER_PATH = /^\/api\/sessions\/([A-Za-z0-9_-]{1,64})\/viewer$/;
const VIEWER_ROUTE = '/api/sessions/:session_id/viewer';
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
  /** For the operator's `/metrics`; there is none when absent. */
  metrics?: Exposition;
  /** Who watches the requests; nobody when absent. */
  telemetry?: RequestTelemetry;
  onError: (message: string, error: unknown) => void;
}>;

export type Gateway = Readonly<{
  /** Starts listening, to people and to the operator; resolves with the address to open. Errors: ListenError. */
  listen: () => Promise<string>;
  /** Takes no new connections, tells viewers to come back, ends event streams; bounded in time. */
  close: () => Promise<void>;
  /** What viewers have moved since the start, and what they hold now. */
  viewerStats: () => ViewerStats;
  /** Every route there is, for the tests that walk them. */
  routes: readonly Route[];
  rawRoutes: readonly RawRoute[];
}>;

/** The address can't be listened on; the message says why and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Builds the gateway: REST, documents, page, event stream and viewers, in front of the bus. */
export async function openGateway(parts: GatewayParts): Promise<Gateway> {
  const { log, bus, publicUrl, onError } = parts;
  const isTrustedProxy = trustedProxies(parts.trustedProxies);
  const isSecure = publicUrl?.protocol === 'https:';
  const authentication = new Authentication(bus, isSecure, (e) =>
    onError('A sign-in could not be renewed, or the use of a token not be noted', e),
  );
  const exports = new AuditExports((e) => onError('An export of the trail broke', e));
  const routes = [...routesOf(parts, authentication), auditExportRoute(exports)];
  const telemetry = parts.telemetry ?? { spans: noSpans };
  const server = await createServer({
    telemetry,
    ...(publicUrl && { publicUrl }),
    isTrustedProxy,
    onBroken: (error, { method, routeOptions }) =>
      onError(`${method} ${routeOptions.url ?? '?'} broke`, error),
  });
  const tail = await followLog(log, (error) => onError('The log can not be followed', error));
  const streams = new LiveStreams(tail, bus, (e) => onError('An event stream broke', e));
  const { viewers, reports } = viewersOf(parts);
  tail.listen((commit) => reactTo(commit, viewers, [viewers, streams, exports]));
  const { readiness, metrics } = parts;
  const { version, writesPerMinute, signInsPerMinute } = parts;
  const events = asyncApiOf({ version });
  const documents = { openApi: () => document, asyncApi: () => events };
  const raw = [
    ...rawRoutes({ streams, readiness, metrics, ...documents }),
    ...oidcRoutes({ bus, authentication, publicUrl }),
  ];
  const document = openApiOf(routes, raw, { version, cookieName: authentication.cookieName });
  const answerNothing = nothingHere(methodsByPath([...routes, ...raw]));
  await prepareFiles(server, parts.pagePath);
  server.setNotFoundHandler(answerNothing);
  const limits = { writesPerMinute, signInsPerMinute };
  const past = { log, now: () => new Date() };
  registerRoutes(server, { routes, bus, authentication, limits, past });
  const rawAndFiles = [...raw, ...fileRoutes(parts.pagePath, answerNothing)];
  registerRawRoutes(server, rawAndFiles, { authentication, limits });
  const ways = { viewers, telemetry };
  upgradeViewers(server, ways, (request) => clientAddressOf(request, isTrustedProxy));
  let control: Server | undefined;
  return {
    routes,
    rawRoutes: rawAndFiles,
    viewerStats: () => viewers.stats(),
    listen: async () => {
      await listenForPeople(server, parts);
      control = await listenForOperator(server, parts.controlPath);
      reports.start();
      return addressOf(server, parts);
    },
    close: async () => {
      streams.revoke(() => true);
      exports.revoke(() => true);
      const closed = server.close();
      await viewers.drain(DRAIN_DEADLINE_MS);
      await reports.close();
      await tail.stop();
      control?.close();
      control?.closeAllConnections();
      // A request that is still on its way in by now would keep the server open for as long as it likes.
      const cut = setTimeout(() => server.server.closeAllConnections(), DRAIN_DEADLINE_MS);
      await closed;
      clearTimeout(cut);
    },
  };
}

const routesOf = (
  { services, brandingPath, publicUrl, log, onError }: GatewayParts,
  authentication: Authentication,
): readonly Route[] => [
  ...identityRoutes(authentication),
  ...waysInRoutes(authentication),
  ...providerRoutes,
  ...deviceRoutes(publicUrl),
  ...erasureRoutes,
  ...groupRoutes,
  ...appRoutes,
  ...categoryRoutes,
  ...sessionRoutes,
  ...sharingRoutes,
  frameRoute(new Frames({ onError: (e) => onError('A desktop could not be looked at', e) })),
  ...auditRoutes,
  ...operationsRoutes(services, readBranding(brandingPath), () => log.head()),
];

/** The way to the desktops, and what tells who takes it. */
function viewersOf({ bus, publicUrl, controlPath, onError }: GatewayParts) {
  const reports = new ViewerReports({
    ...{ bus, gatewayId: gatewayIdOf(controlPath) },
    onError: (e) => onError('Who watches could not be put on record', e),
  });
  const viewers = createViewerProxy(
    viewerPorts(bus, reports, (e) => onError('Use of a session could not be recorded', e)),
    { allowedOrigins: (request) => originsOf(request, publicUrl) },
  );
  return { viewers, reports };
}

type Revocable = Readonly<{
  revoke: (matches: Revocation['matches'], reason: CloseReason) => void;
}>;

/** What an event takes away ends at once, and what it prolongs goes on. */
function reactTo(commit: Commit, viewers: ViewerProxy, open: readonly Revocable[]): void {
  for (const { matches, reason } of revocationsOf(commit)) {
    for (const one of open) one.revoke(matches, reason);
  }
  for (const { matches, expiresAt } of prolongationsOf(commit)) viewers.prolong(matches, expiresAt);
}

type AddressOf = (request: IncomingMessage) => string | undefined;

function upgradeViewers(
  server: FastifyInstance,
  { viewers, telemetry }: { viewers: ViewerProxy; telemetry: RequestTelemetry },
  addressOf: AddressOf,
): void {
  server.server.on('upgrade', (request: IncomingMessage, socket, head) => {
    const [path = ''] = (request.url ?? '').split('?');
    const sessionId = VIEWER_PATH.exec(path)?.[1];
    const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket';
    if (sessionId && isWebSocket) {
      const ip = addressOf(request);
      const span = telemetry.spans.start(`GET ${VIEWER_ROUTE}`, {
        kind: 'server',
        attributes: { 'http.request.method': 'GET', 'http.route': VIEWER_ROUTE },
      });
      const context = { sessionId, ...(ip && { ip }) };
      void inSpan(span, () => viewers.upgrade(request, socket, head, context));
      return;
    }
    const problem = isWebSocket
      ? new Problem('NotFound', 'No WebSocket is here; a viewer’s is /api/sessions/{id}/viewer.')
      : new Problem('MalformedRequest', 'This server speaks HTTP/1.1: leave out Upgrade.');
    answerOnSocket(socket, problem);
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
