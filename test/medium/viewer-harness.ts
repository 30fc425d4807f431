import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { afterEach, beforeEach, onTestFinished } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import {
  createViewerProxy,
  type RuntimeEndpoint,
  type TicketAnswer,
  type ViewerGrant,
  type ViewerLimits,
  type ViewerPorts,
} from '#services/gateway/viewer/viewer-proxy.js';
import { until } from '#test/support/waits.js';

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const SESSION = 'session-1';
export const HANDSHAKE = Buffer.concat([Buffer.from('RFB 003.008\n'), Buffer.of(1, 1)]);
export const KEY_PRESS = Buffer.of(4, 1, 0, 0, 0, 0, 0, 0x61);
export const UPDATE_REQUEST = Buffer.of(3, 0, 0, 0, 0, 0, 0, 16, 0, 16);

/** A ticket port that is truly single-use: the entry is taken out before anything else happens. */
export class TicketBook {
  readonly #grants = new Map<string, ViewerGrant>();

  issue(target: RuntimeEndpoint, changes: Partial<ViewerGrant> = {}): string {
    const ticket = randomBytes(32).toString('base64url');
    this.#grants.set(ticket, {
      sessionId: SESSION,
      userId: 'ann',
      signInId: 'sign-in-1',
      mode: 'control',
      target,
      expiresAt: Date.now() + 3_600_000,
      ...changes,
    });
    return ticket;
  }

  signOut(signInId: string): void {
    for (const [ticket, grant] of this.#grants) {
      if (grant.signInId === signInId) this.#grants.delete(ticket);
    }
  }

  redeem = async ({ sessionId, ticket }: { sessionId: string; ticket: string }) => {
    const grant = this.#grants.get(ticket);
    this.#grants.delete(ticket);
    const answer: TicketAnswer =
      grant?.sessionId === sessionId
        ? { kind: 'granted', grant }
        : {
            kind: 'refused',
            refusal: { status: 401, code: 'TicketInvalid', detail: 'Ask for a new ticket.' },
          };
    return answer;
  };
}

export type Gateway = Awaited<ReturnType<typeof startGateway>>;

/** An HTTP server with nothing but the viewer proxy behind `/viewer/<session>`. */
export async function startGateway(
  settings: { limits?: Partial<ViewerLimits>; ports?: Partial<ViewerPorts> } = {},
) {
  const tickets = new TicketBook();
  const log: string[] = [];
  const inputs: { grant: ViewerGrant; at: number }[] = [];
  const closed: number[] = [];
  let origin = '';
  const proxy = createViewerProxy(
    {
      redeem: tickets.redeem,
      inputSeen: (grant, at) => inputs.push({ grant, at }),
      closed: (_grant, { code }) => closed.push(code),
      ...settings.ports,
    },
    {
      allowedOrigins: () => [origin],
      log: (level, message, fields) => log.push(`${level} ${message} ${JSON.stringify(fields)}`),
      ...(settings.limits === undefined ? {} : { limits: settings.limits }),
    },
  );
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    const sessionId = (request.url ?? '').split('/').at(-1) ?? '';
    void proxy.upgrade(request, socket, head, { sessionId });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  origin = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await proxy.drain(200);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { proxy, tickets, log, inputs, closed, port, origin, stop };
}

export type Target = Awaited<ReturnType<typeof startTarget>>;

/** A plain server in the RFB server's place; what it says and hears is up to the test. */
export async function startTarget(onConnection: (socket: Socket) => void = () => undefined) {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-viewer-'));
  const path = join(folder, 'rfb.sock');
  const sockets: Socket[] = [];
  const accept = (socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  };
  const unix = createTcpServer({ allowHalfOpen: true }, accept).listen(path);
  const tcp = createTcpServer({ allowHalfOpen: true }, accept).listen(0, '127.0.0.1');
  await Promise.all([unix, tcp].map((s) => new Promise((resolve) => s.once('listening', resolve))));
  const { port } = tcp.address() as AddressInfo;
  const stop = async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all([unix, tcp].map((s) => new Promise((resolve) => s.close(resolve))));
    await rm(folder, { recursive: true });
  };
  return {
    unix: { kind: 'unix', path } satisfies RuntimeEndpoint,
    tcp: { kind: 'tcp', host: '127.0.0.1', port } satisfies RuntimeEndpoint,
    sockets,
    stop,
  };
}

export type Answer = { status: number; body: string; headers: IncomingMessage['headers'] };
export type Asking = { origin?: string | undefined; protocols?: string; sessionId?: string };

/** Sends one upgrade request by hand and resolves with the answer; an upgraded socket is closed. */
export function askUpgrade(gateway: Gateway, asking: Asking): Promise<Answer> {
  const headers: Record<string, string> = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
    'sec-websocket-extensions': 'permessage-deflate',
  };
  if (asking.origin !== undefined) headers['origin'] = asking.origin;
  if (asking.protocols !== undefined) headers['sec-websocket-protocol'] = asking.protocols;
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      port: gateway.port,
      host: '127.0.0.1',
      path: `/viewer/${asking.sessionId ?? SESSION}`,
      headers,
      agent: false,
    });
    request.on('error', reject);
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: 101, body: '', headers: response.headers });
    });
    request.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body, headers: response.headers }),
      );
    });
    request.end();
  });
}

/** Opens a viewer as a browser does; does not wait. */
export function openViewer(gateway: Gateway, ticket: string, options: ClientOptions = {}) {
  return new WebSocket(
    `ws://127.0.0.1:${gateway.port}/viewer/${SESSION}`,
    ['binary', `ticket.${ticket}`],
    { origin: gateway.origin, perMessageDeflate: false, ...options },
  );
}

export async function connectViewer(gateway: Gateway, ticket: string, options?: ClientOptions) {
  const viewer = openViewer(gateway, ticket, options);
  await new Promise((resolve, reject) => {
    viewer.once('open', resolve);
    viewer.once('error', reject);
  });
  return viewer;
}

export function closeOf(viewer: WebSocket): Promise<{ code: number; reason: string }> {
  return new Promise((resolve) => {
    viewer.on('error', () => undefined);
    viewer.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
}

/** A promise that the test settles. */
export function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((r) => (resolve = r));
  return { promise, resolve };
}

export type Pair = { viewer: WebSocket; server: Socket };

/** A gateway and a target for each test of a file, and viewers between them. */
export function viewerStage() {
  const stage = {
    gateway: undefined as unknown as Gateway,
    target: undefined as unknown as Target,
    async replaceGateway(settings: Parameters<typeof startGateway>[0]) {
      await stage.gateway.stop();
      stage.gateway = await startGateway(settings);
    },
    async replaceTarget(onConnection: (socket: Socket) => void) {
      await stage.target.stop();
      stage.target = await startTarget(onConnection);
    },
    /** Opens a viewer and finds the target's end of it; one after the other. */
    async open(changes: Partial<ViewerGrant> = {}, options?: ClientOptions): Promise<Pair> {
      const { gateway, target } = stage;
      const before = target.sockets.length;
      const ticket = gateway.tickets.issue(target.unix, changes);
      const viewer = await connectViewer(gateway, ticket, options);
      const server = await until('the target is reached', () => target.sockets[before]);
      onTestFinished(() => viewer.terminate());
      return { viewer, server };
    },
  };
  beforeEach(async () => {
    stage.target = await startTarget();
    stage.gateway = await startGateway();
  });
  afterEach(async () => {
    await stage.gateway.stop();
    await stage.target.stop();
  });
  return stage;
}

/** Keeps what a target hears. */
export function heard(server: Socket) {
  const chunks: Buffer[] = [];
  server.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { bytes: () => Buffer.concat(chunks) };
}

const LOOKS = 12;
const LOOK_MS = 25;

/**
 * Whether the other side takes what was written. It is looked for again and again, and not once after a long rest: when the
 * whole process was held up, each look gives the sockets their turn.
 */
async function isTaken(server: Socket): Promise<boolean> {
  const taken = once(server, 'drain').then(() => true);
  for (let look = 0; look < LOOKS; look += 1) {
    if (await Promise.race([taken, rest(LOOK_MS, false)])) return true;
  }
  return false;
}

/** Writes until the other side has not taken anything for a while; resolves with the bytes written. */
export async function writeUntilBlocked(
  server: Socket,
  chunk: Buffer,
  bytesMax: number,
): Promise<number> {
  let written = 0;
  while (written < bytesMax) {
    written += chunk.length;
    if (server.write(chunk)) continue;
    if (!(await isTaken(server))) break;
  }
  return written;
}

/** A TCP server that is stopped and whose queue is full: a connection to it neither opens nor fails. */
export async function startSilentTarget() {
  const script =
    'const s = require("net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 },' +
    ' () => console.log(s.address().port))';
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<number>((resolve) =>
    child.stdout.once('data', (text) => resolve(Number(text))),
  );
  child.kill('SIGSTOP');
  const fillers = Array.from({ length: 4 }, () =>
    connect({ port, host: '127.0.0.1' }).on('error', () => undefined),
  );
  await until('the queue is full', () => fillers.filter((f) => !f.connecting).length >= 2);
  onTestFinished(() => {
    for (const filler of fillers) filler.destroy();
    child.kill('SIGKILL');
  });
  return { kind: 'tcp', host: '127.0.0.1', port } as const;
}
