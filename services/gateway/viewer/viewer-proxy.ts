import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { VIEWER_LIMITS } from './limits.js';
import { LiveViewers } from './live-viewers.js';
import type { CloseReason, ViewerGrant, ViewerOptions, ViewerPorts } from './viewer-ports.js';
import type { ViewerStats } from './viewer-traffic.js';
import { ViewerUpgrade } from './viewer-upgrade.js';

export type { RuntimeEndpoint } from '#shared/contracts/runtime-endpoint.js';
export type {
  CloseReason,
  TicketAnswer,
  TicketRequest,
  ViewerGrant,
  ViewerOptions,
  ViewerPorts,
} from './viewer-ports.js';
export type { ViewerLimits } from './limits.js';
export type { ViewerStats } from './viewer-traffic.js';
export { accessCut, grantExpired, revoked, targetEnded } from './close-reasons.js';

export type UpgradeContext = {
  readonly sessionId: string;
  /** The client's address when a trusted proxy stands in front; else the socket's is used. */
  readonly ip?: string;
};

export type ViewerProxy = {
  /** Takes over the socket of an HTTP `upgrade` event for a session's viewer; never throws or rejects. */
  upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    context: UpgradeContext,
  ): Promise<void>;
  /**
   * Closes every viewer whose grant matches, within `revokeMs` even if the peer is stalled, and refuses
   * matching upgrades under way. Returns how many it ended; call it after the grant's source is shut.
   */
  revoke(match: (grant: ViewerGrant) => boolean, reason: CloseReason): number;
  /** Moves the expiry (epoch milliseconds) of matching viewers, of each as far as it may; returns how many there are. */
  prolong(match: (grant: ViewerGrant) => boolean, expiresAt: number): number;
  /** Refuses new viewers, closes all with 1013 and resolves once they are gone, at the latest at the deadline. */
  drain(deadlineMs: number): Promise<void>;
  stats(): ViewerStats;
};

/**
 * Makes the gateway's WebSocket-to-RFB proxy. It knows no HTTP framework and no event log: tickets,
 * activity and audit go through `ports`. Nothing listens until `upgrade()` is called.
 */
export function createViewerProxy(ports: ViewerPorts, options: ViewerOptions): ViewerProxy {
  const limits = { ...VIEWER_LIMITS, ...options.limits };
  const log = options.log ?? (() => undefined);
  const live = new LiveViewers({ ports, limits, log });
  const upgrades = new ViewerUpgrade({ ports, options, limits, log, live });
  return {
    upgrade: (request, socket, head, context) =>
      upgrades.run({ request, socket, head, sessionId: context.sessionId, ip: context.ip }),
    revoke(match, reason) {
      upgrades.revoke(match);
      return live.end(match, reason);
    },
    prolong(match, expiresAt) {
      upgrades.prolong(match, expiresAt);
      return live.prolong(match, expiresAt);
    },
    async drain(deadlineMs) {
      upgrades.stop();
      await live.drain(deadlineMs);
    },
    stats: () => ({ ...live.stats(), upgrading: upgrades.underWay }),
  };
}
