import type { CloseReason } from './viewer-ports.js';

const reason = (code: number, text: string): CloseReason => ({ code, text });

/** Why a viewer's WebSocket ends (RFC 6455 §7.4; 4000-4999 are ours). The page decides by code alone. */
export const targetEnded = reason(1000, 'the session ended');
export const targetFailed = reason(1011, 'the connection to the session broke');
export const draining = reason(1013, 'the gateway is restarting, connect again');
export const revoked = reason(4403, 'access to this session was withdrawn');
/** What the page may do is less than before: it connects again with a new ticket. */
export const accessCut = reason(4409, 'access to this session was changed, connect again');
export const grantExpired = reason(4410, 'the session has expired');

/** The client broke the protocol or asked for what it may not do. */
export const violation = (text: string): CloseReason => reason(1008, text);
export const tooBig = (text: string): CloseReason => reason(1009, text);
