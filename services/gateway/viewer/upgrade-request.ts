import type { IncomingMessage } from 'node:http';
import { refuse } from './refusal.js';

const SUBPROTOCOL = 'binary';
const TICKET = /^ticket\.([A-Za-z0-9_-]{16,256})$/;
/** 16 bytes in base64 (RFC 6455 §4.1). */
const WEBSOCKET_KEY = /^[+/0-9A-Za-z]{22}==$/;

type Head = Pick<IncomingMessage, 'method' | 'headers'>;

/**
 * Requires an Origin that is exactly one of the allowed ones: scheme, host and port, never a suffix.
 * WebSockets are not bound by the same-origin policy, so this is what keeps other sites out; a missing
 * Origin is refused because every browser sends one. Throws a 403.
 */
export function requireOrigin(head: Head, allowed: readonly string[]): void {
  const origin = head.headers.origin;
  if (origin === undefined) {
    throw refuse(403, 'OriginMissing', 'Open the viewer from the Sortie page: Origin is missing.');
  }
  if (origin === 'null' || !allowed.includes(origin)) {
    throw refuse(
      403,
      'OriginNotAllowed',
      'This site may not open a viewer: Origin is not allowed.',
    );
  }
}

/** Requires a WebSocket handshake that can only succeed (RFC 6455 §4.2.1), before the ticket is spent. */
export function requireHandshake(head: Head): void {
  const { headers } = head;
  if (head.method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket') {
    throw refuse(400, 'NotAWebSocket', 'Open the viewer as a WebSocket: GET, Upgrade: websocket.');
  }
  if (headers['sec-websocket-version'] !== '13') {
    throw refuse(426, 'WebSocketVersion', 'Use WebSocket version 13 (RFC 6455).');
  }
  if (!WEBSOCKET_KEY.test(headers['sec-websocket-key'] ?? '')) {
    throw refuse(400, 'WebSocketKey', 'Sec-WebSocket-Key must be 16 bytes in base64.');
  }
}

/**
 * Returns the one ticket among the offered subprotocols, `binary, ticket.<ticket>`. It travels there
 * and not in the URL because URLs end up in access logs. Throws a 400 or a 401.
 */
export function requireTicket(head: Head): string {
  const offered = (head.headers['sec-websocket-protocol'] ?? '').split(',').map((s) => s.trim());
  if (new Set(offered).size !== offered.length) {
    throw refuse(400, 'SubprotocolRepeated', 'Offer each WebSocket subprotocol once.');
  }
  const tickets = offered.flatMap((name) => TICKET.exec(name)?.[1] ?? []);
  const [ticket] = tickets;
  if (ticket === undefined || tickets.length > 1) {
    throw refuse(
      401,
      'TicketMissing',
      'Offer exactly one subprotocol ticket.<ticket>; POST …/viewer-tickets gives one.',
    );
  }
  if (!offered.includes(SUBPROTOCOL)) {
    throw refuse(400, 'SubprotocolMissing', 'Offer the subprotocol binary beside the ticket.');
  }
  return ticket;
}

/** The subprotocol the server selects; the ticket is never echoed. */
export const selectSubprotocol = (): string => SUBPROTOCOL;
