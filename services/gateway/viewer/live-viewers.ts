import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import { ByteBudget } from './byte-budget.js';
import { draining } from './close-reasons.js';
import { Connection } from './connection.js';
import { Downstream } from './downstream.js';
import { Keepalive } from './keepalive.js';
import {
  BUFFERED_CHUNKS_MAX,
  FRAGMENTS_MAX,
  MESSAGE_BYTES_MAX,
  type ViewerLimits,
} from './limits.js';
import { ReadBufferPool } from './read-buffers.js';
import { Seats, type Seat } from './seats.js';
import { Upstream } from './upstream.js';
import { selectSubprotocol } from './upgrade-request.js';
import type {
  CloseReason,
  ViewerClosed,
  ViewerGrant,
  ViewerLog,
  ViewerPorts,
} from './viewer-ports.js';
import { ViewerTraffic, type ViewerStats } from './viewer-traffic.js';

export type LiveViewersParts = {
  readonly ports: ViewerPorts;
  readonly limits: ViewerLimits;
  readonly log: ViewerLog;
};

export type Opening = {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly seat: Seat;
  readonly target: Socket;
  readonly downstream: Downstream;
};

/** The open connections of a process and what they share: buffers, budget, keepalive, seats. */
export class LiveViewers {
  readonly seats: Seats;
  readonly traffic = new ViewerTraffic();
  readonly #parts: LiveViewersParts;
  readonly #connections = new Set<Connection>();
  readonly #pool = new ReadBufferPool();
  readonly #budget: ByteBudget;
  readonly #keepalive: Keepalive;
  readonly #server: WebSocketServer;
  readonly #whenEmpty: (() => void)[] = [];

  constructor(parts: LiveViewersParts) {
    const { limits } = parts;
    this.#parts = parts;
    this.seats = new Seats(limits);
    this.#budget = new ByteBudget(limits.heldBytesMax);
    this.#keepalive = new Keepalive(limits.pingIntervalMs, limits.missedPingsMax);
    this.#server = new WebSocketServer(serverOptions(limits));
  }

  /** The way to the viewer, made before the target is dialled because it lends the read buffers. */
  downstream(viewer: Duplex): Downstream {
    const { limits } = this.#parts;
    return new Downstream({ viewer, pool: this.#pool, budget: this.#budget, limits });
  }

  /** Answers 101 and joins viewer and target. Returns false when the client was gone at the last moment. */
  open(opening: Opening): boolean {
    const { request, socket, seat, target, downstream } = opening;
    let isOpen = false;
    this.#server.handleUpgrade(request, socket, Buffer.alloc(0), (viewer) => {
      isOpen = true;
      this.#join(viewer, seat, target, downstream);
    });
    return isOpen;
  }

  end(match: (grant: ViewerGrant) => boolean, reason: CloseReason): number {
    return this.seats.end(match, reason);
  }

  prolong(match: (grant: ViewerGrant) => boolean, expiresAt: number): number {
    return this.seats.prolong(match, expiresAt);
  }

  async drain(deadlineMs: number): Promise<void> {
    this.end(() => true, draining);
    if (this.#connections.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        for (const connection of this.#connections) connection.lost();
      }, deadlineMs);
      this.#whenEmpty.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  stats(): Omit<ViewerStats, 'upgrading'> {
    const totals = this.traffic.totals();
    let { toViewerBytes, toTargetBytes, inputMessagesDropped } = totals;
    for (const { traffic } of this.#connections) {
      toViewerBytes += traffic.toViewerBytes;
      toTargetBytes += traffic.toTargetBytes;
      inputMessagesDropped += traffic.inputMessagesDropped;
    }
    const { heldBytes } = this.#budget;
    const open = this.#connections.size;
    return { ...totals, toViewerBytes, toTargetBytes, inputMessagesDropped, open, heldBytes };
  }

  #join(viewer: WebSocket, seat: Seat, target: Socket, downstream: Downstream): void {
    const { ports, limits } = this.#parts;
    const { grant } = seat;
    const connection: Connection = new Connection({
      grant,
      viewer,
      target,
      downstream,
      upstream: new Upstream({ viewer, target, budget: this.#budget, limits }),
      limits,
      onInput: (at) => this.#tell(() => ports.inputSeen(grant, at)),
      onClosed: (how) => {
        this.#keepalive.remove(connection);
        this.seats.free(seat);
        this.#left(connection, grant, how);
      },
    });
    seat.holder = connection;
    this.#connections.add(connection);
    this.#keepalive.add(connection);
    this.traffic.opened();
    this.#parts.log('info', 'viewer opened', { sessionId: grant.sessionId, mode: grant.mode });
    this.#tell(() => ports.opened?.(grant));
  }

  #left(connection: Connection, grant: ViewerGrant, how: ViewerClosed): void {
    this.#connections.delete(connection);
    this.traffic.closed(how.code, connection.traffic);
    this.#parts.log('info', 'viewer closed', { sessionId: grant.sessionId, ...how });
    this.#tell(() => this.#parts.ports.closed?.(grant, how));
    if (this.#connections.size > 0) return;
    for (const told of this.#whenEmpty.splice(0)) told();
  }

  /** A port that throws must not break the viewer it is told about. */
  #tell(port: () => void): void {
    try {
      port();
    } catch (error) {
      this.#parts.log('warn', 'viewer port failed', { reason: String(error) });
    }
  }
}

// @types/ws 8.18 does not know closeTimeout (ws 8.20).
function serverOptions(limits: ViewerLimits): ServerOptions & { closeTimeout: number } {
  return {
    noServer: true,
    clientTracking: false,
    // RFB is compressed already; and the fast path writes frames itself (see downstream.ts).
    perMessageDeflate: false,
    maxPayload: MESSAGE_BYTES_MAX,
    maxFragments: FRAGMENTS_MAX,
    maxBufferedChunks: BUFFERED_CHUNKS_MAX,
    // Each way of closing has its own, shorter deadline; this is only the longest of them.
    closeTimeout: limits.tailStallMs,
    handleProtocols: selectSubprotocol,
  };
}
