import type { Session } from './api-types.js';

export type Ending = { why: string; canRetry: boolean };

const FINAL_CODES: Readonly<Record<number, Ending>> = {
  4403: { why: 'Your access to this desktop was withdrawn.', canRetry: false },
  4404: { why: 'This desktop is no longer there.', canRetry: false },
  4410: { why: 'This session has reached its time limit.', canRetry: false },
  // 4409 is no ending: what the person may do there has changed, and a new ticket says how.
  4408: {
    why: 'The connection was closed because nobody used the desktop for a while.',
    canRetry: true,
  },
};

const FINAL_STATUSES = new Set([403, 404, 409, 410]);

/** Tells whether a viewer closed with this WebSocket code stays closed, and why; undefined means to connect again. */
export function endingOfClose(code: number): Ending | undefined {
  return FINAL_CODES[code];
}

/** Tells whether a refused ticket ends the viewer; undefined means to try again (busy, restarting, unreachable). */
export function endingOfRefusal(status: number, message: string): Ending | undefined {
  return FINAL_STATUSES.has(status) ? { why: message, canRetry: false } : undefined;
}

/** Says how a session that is over came to its end. */
export function sayEnding(session: Pick<Session, 'status' | 'reason'>): string {
  if (session.status === 'expired') return 'It reached its time limit.';
  if (session.status === 'stopped') return 'It was stopped.';
  if (session.reason === 'cancelled') return 'It was cancelled before it was ready.';
  return session.reason ? `Reason: ${session.reason}` : 'It failed, and no reason was given.';
}

/** Tells whether a session can still be opened. */
export function isLive(session: Pick<Session, 'status'>): boolean {
  return session.status === 'creating' || session.status === 'running';
}
