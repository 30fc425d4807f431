import { createHash, createHmac } from 'node:crypto';
import { keyedHash, type SealingKey } from '#shared/adapters/seal.js';

/** The key for {@link ticketFor}, the same in all replicas: whoever repeats a request at another one gets the same ticket. */
export const ticketKeyOf = (sealingKey: SealingKey): Buffer =>
  Buffer.from(keyedHash(sealingKey, 'viewer tickets', 'key'), 'hex');

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
