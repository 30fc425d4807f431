import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ROLES, type Role } from '#shared/es/operation.js';
import type { ProbesSettings } from './probes-settings.js';

/** What asks is a load balancer or Prometheus: a few connections, short requests. */
const CONNECTIONS_MAX = 64;
const HEADER_BYTES_MAX = 8 * 1_024;
const HEADERS_DEADLINE_MS = 5_000;
const REQUEST_DEADLINE_MS = 10_000;
const DEADLINE_CHECK_MS = 1_000;
const KEEP_ALIVE_MS = 65_000;
/** Checks that take longer have failed: whoever asks does not wait longer either. */
const READINESS_MS_MAX = 5_000;

/** Whether a process can do its work: each check by name, with `ok` or what is wrong. */
export type Readiness = () => Promise<{ ready: boolean; checks: Record<string, string> }>;

export type ProbesParts = ProbesSettings &
  Readonly<{
    readiness: Readiness;
    metrics: () => Promise<{ contentType: string; text: string }>;
    /** Told of what broke. Must not throw. */
    onBroken: (error: unknown) => void;
    /** For tests, which can't wait as long as a slow client may take. */
    requestDeadlineMs?: number;
    readinessDeadlineMs?: number;
  }>;

export type Probes = Readonly<{ port: number; close: () => Promise<void> }>;

/** The probes' address can't be listened on; the message says why and what to do. */
export class ProbesListenError extends Error {
  override readonly name = 'ProbesListenError';
}

type Answer = Readonly<{ status: number; type: string; body: string }>;
/** Each says who may use it, as the gateway's routes do; there is no sign-in here, so the address decides. */
type Probe = Readonly<{ allow: readonly Role[]; answer: () => Promise<Answer> }>;

const plain = (status: number, body: string): Answer => ({ status, type: 'text/plain', body });

/**
 * Serves /livez, /readyz and /metrics on a port of their own, for a process that may host no gateway. Errors:
 * {@link ProbesListenError}.
 */
export async function openProbes(parts: ProbesParts): Promise<Probes> {
  const probes = probesOf(parts);
  const requestTimeout = parts.requestDeadlineMs ?? REQUEST_DEADLINE_MS;
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      requestTimeout,
      headersTimeout: Math.min(HEADERS_DEADLINE_MS, requestTimeout),
      connectionsCheckingInterval: Math.min(DEADLINE_CHECK_MS, requestTimeout),
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    (request, response) => {
      answerOf(probes, request)
        .catch((error: unknown) => {
          parts.onBroken(error);
          return plain(500, 'Something broke; the log has the details.\n');
        })
        .then((answer) => send(request, response, answer), parts.onBroken);
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  await listen(server, parts);
  const { port } = server.address() as AddressInfo;
  return { port, close: () => close(server) };
}

function probesOf(parts: ProbesParts): ReadonlyMap<string, Probe> {
  const ready = sharing(() => readinessIn(parts));
  return new Map<string, Probe>([
    ['/livez', { allow: ROLES, answer: async () => plain(200, 'ok\n') }],
    ['/readyz', { allow: ROLES, answer: ready }],
    [
      '/metrics',
      {
        allow: ROLES,
        answer: async () => {
          const { contentType, text } = await parts.metrics();
          return { status: 200, type: contentType, body: text };
        },
      },
    ],
  ]);
}

async function readinessIn(parts: ProbesParts): Promise<Answer> {
  const { readiness, readinessDeadlineMs, onBroken } = parts;
  const ms = readinessDeadlineMs ?? READINESS_MS_MAX;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Awaited<ReturnType<Readiness>>>((resolve) => {
    const checks = { readiness: `no answer within ${ms} ms` };
    timer = setTimeout(() => resolve({ ready: false, checks }), ms);
  });
  const asked = readiness().catch((error: unknown) => {
    onBroken(error);
    return { ready: false, checks: { readiness: 'broke; the log has the details' } };
  });
  const found = await Promise.race([asked, late]).finally(() => clearTimeout(timer));
  const body = JSON.stringify({ ready: found.ready, checks: found.checks });
  return { status: found.ready ? 200 : 503, type: 'application/json', body };
}

/** However many ask at a time, it is done once. */
function sharing<T>(work: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  return () => (underWay ??= work().finally(() => (underWay = undefined)));
}

async function answerOf(
  probes: ReadonlyMap<string, Probe>,
  { method, url = '/', headers }: IncomingMessage,
): Promise<Answer> {
  const probe = probes.get(url.split('?')[0] ?? '/');
  if (!probe) return plain(404, `Here are ${[...probes.keys()].join(', ')}.\n`);
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'Only GET and HEAD are for this.\n');
  const hasBody =
    headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
  if (hasBody) return plain(413, 'Send no body.\n');
  return probe.answer();
}

function send({ method }: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const { status, type, body } = answer;
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    ...(status === 405 && { allow: 'GET, HEAD' }),
    // What was sent and not read would be taken for the next request.
    ...(status >= 400 && status !== 503 && { connection: 'close' }),
  });
  response.end(method === 'HEAD' ? undefined : body);
}

async function listen(server: Server, { port, host }: ProbesSettings): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host }, resolve);
    });
  } catch (cause) {
    throw new ProbesListenError(
      `Port ${port} of ${host} can't be used for the probes (${String(cause)}): choose another with SORTIE_PROBES_PORT and SORTIE_PROBES_HOST.`,
      { cause },
    );
  }
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
