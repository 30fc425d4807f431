import { createHash, createHmac, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;

/** A key for {@link ticketFor}. It lives in memory only: whoever reads the disk can make no ticket. */
export const newTicketKey = (): Buffer => randomBytes(KEY_BYTES);

/**
 * The viewer ticket of one command: 32 bytes in base64url, to be guessed by nobody who has not the key. It is made
 * from the command's id, so that a repeated request is answered with the same ticket although only its hash is kept;
 * the user and the session are in it so that another's command id is worth nothing.
 */
export function ticketFor(
  key: Buffer,
  asked: Readonly<{ commandId: string; userId: string; sessionId: string }>,
): string {
  const { commandId, userId, sessionId } = asked;
  const name = JSON.stringify([commandId, userId, sessionId]);
  return createHmac('sha256', key).update(name).digest('base64url');
}

/** The stream's id of a ticket: SHA-256 in base64url, which is 43 characters. */
export const hashOfTicket = (ticket: string): string =>
  createHash('sha256').update(ticket).digest('base64url');
