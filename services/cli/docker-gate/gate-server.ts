import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { Belongings, NotThere } from './belongings.js';
import { Engine } from './engine.js';
import { CONNECTIONS_MAX, GATE_TIMES, type GateSettings, HEAD_BYTES_MAX } from './gate-settings.js';
import { type Listening, listenOn } from './gate-socket.js';
import { passOn } from './pass-on.js';
import { EngineAwayError, Refusal } from './refusal.js';
import { bodyOf } from './request-body.js';
import { type Permitted, permit, type Route } from './route.js';
import { gateRoutes } from './routes.js';
import { SessionFolders } from './session-folders.js';

/** What the gate tells whoever runs it: refusals, and what went wrong. */
export type GateLog = (level: 'info' | 'warn', told: Readonly<Record<string, unknown>>) => void;

/** A gate that listens. */
export type Gate = Readonly<{
  /** Takes no more, lets what is under way end, for a while, and removes the socket. */
  close: () => Promise<void>;
}>;

/** Starts a gate between the session service and the Docker engine. Throws an Error that says what to do. */
export async function openGate(settings: GateSettings, log: GateLog): Promise<Gate> {
  const engine = new Engine(settings.enginePath);
  const belongings = new Belongings(engine, settings.installation);
  const folders = new SessionFolders(settings.runtimeDir, belongings, settings.owner);
  await folders.open();
  const routes = gateRoutes(settings, belongings);
  const handling = new Handling({ settings, engine, folders, routes, log });
  // What a gate before this one did not come to.
  await handling.giveBack();
  const listening = await listenOn(handling.server, settings);
  return { close: () => handling.close(listening) };
}

type Parts = Readonly<{
  settings: GateSettings;
  engine: Engine;
  folders: SessionFolders;
  routes: readonly Route[];
  log: GateLog;
}>;

class Handling {
  readonly server: Server;
  readonly #times;
  /** Cut when the gate ends: they would not end by themselves. */
  readonly #lasting = new Set<AbortController>();
  #closing = false;

  constructor(readonly parts: Parts) {
    this.#times = { ...GATE_TIMES, ...parts.settings.times };
    const { headMs, requestMs } = this.#times;
    this.server = createServer({
      maxHeaderSize: HEAD_BYTES_MAX,
      headersTimeout: headMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.min(headMs, 5_000),
    });
    this.server.maxConnections = CONNECTIONS_MAX;
    this.server.on('request', (request, response) => void this.#answer(request, response));
    // Taking a connection over would end all looking at what goes through it.
    this.server.on('upgrade', (request, socket) => this.#refuseTakingOver(request, socket));
    this.server.on('connect', (request, socket) => this.#refuseTakingOver(request, socket));
  }

  /** The engine may be away: then the next removal does it. */
  async giveBack(): Promise<void> {
    const { folders, log } = this.parts;
    await folders.giveBack().catch((error: Error) => log('warn', { msg: error.message }));
  }

  async close({ close }: Listening): Promise<void> {
    this.#closing = true;
    const closed = close();
    for (const lasting of this.#lasting) lasting.abort();
    const cut = setTimeout(() => this.server.closeAllConnections(), this.#times.drainMs);
    await closed;
    clearTimeout(cut);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#closing) response.setHeader('connection', 'close');
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      const { method = '', url = '' } = request;
      const permitted = await permit(this.parts.routes, { method, url }, () => bodyOf(request));
      await this.#carryOut(permitted, response, gone);
    } catch (error) {
      // The client has left, or its connection was cut for taking nothing.
      if (response.destroyed) return;
      this.#tell(request, response, error);
    }
  }

  async #carryOut(
    { call, lasts, holds, frees }: Permitted,
    response: ServerResponse,
    gone: AbortController,
  ): Promise<void> {
    const { engine, folders } = this.parts;
    const { engineMs, stallMs } = this.#times;
    if (lasts) this.#lasting.add(gone);
    const late = lasts ? undefined : setTimeout(() => gone.abort(), engineMs);
    try {
      // What is made is waited for, also when the client has left: its folder is held until it is known to be there.
      const bounded = AbortSignal.timeout(engineMs);
      const answer = await (holds === undefined
        ? engine.send(call, gone.signal)
        : folders.whileMaking(holds, () => engine.send(call, bounded)));
      clearTimeout(late);
      if (frees || (holds !== undefined && answer.statusCode !== CREATED)) await this.giveBack();
      await passOn(answer, response, stallMs);
    } finally {
      clearTimeout(late);
      this.#lasting.delete(gone);
    }
  }

  #tell(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const { method, url } = request;
    const message = error instanceof Error ? error.message : String(error);
    const status = statusOf(error);
    const level = status === 404 ? 'info' : 'warn';
    this.parts.log(level, { msg: message, status, method, url: url?.slice(0, URL_LOGGED_MAX) });
    if (response.headersSent) {
      response.destroy();
      return;
    }
    // What has not been read of the request is not waited for.
    if (!request.complete) response.setHeader('connection', 'close');
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ message }));
  }

  #refuseTakingOver(request: IncomingMessage, socket: Duplex): void {
    const { message } = new Refusal('no connection can be taken over (attach, exec, session).');
    const { method, url } = request;
    this.parts.log('warn', {
      msg: message,
      status: 403,
      method,
      url: url?.slice(0, URL_LOGGED_MAX),
    });
    const body = JSON.stringify({ message });
    const head = `HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close`;
    socket.on('error', () => undefined);
    socket.end(`${head}\r\n\r\n${body}`);
  }
}

const URL_LOGGED_MAX = 512;
const CREATED = 201;

function statusOf(error: unknown): number {
  if (error instanceof Refusal) return error.status;
  if (error instanceof NotThere) return 404;
  return error instanceof EngineAwayError ? 503 : 500;
}
