import { createHash, createHmac } from 'node:crypto';
import { keyedHash, type SealingKey } from '#shared/adapters/seal.js';

const keyFor = (sealingKey: SealingKey, purpose: string): Buffer =>
  Buffer.from(keyedHash(sealingKey, purpose, 'key'), 'hex');

/** The key for {@link secretFor} of tickets, the same in all replicas: whoever repeats a request at another one gets the same ticket. */
export const ticketKeyOf = (sealingKey: SealingKey): Buffer => keyFor(sealingKey, 'viewer tickets');

/** The same for the links that sessions are shared by. */
export const linkKeyOf = (sealingKey: SealingKey): Buffer => keyFor(sealingKey, 'share links');

/**
 * The secret that one command gives away: 32 bytes in base64url, to be guessed by nobody who has not the key. It is made
 * from the command's id, so that a repeated request is answered with the same secret although only its hash is kept;
 * the user and the session are in it so that another's command id is worth nothing.
 */
export function secretFor(
  key: Buffer,
  asked: Readonly<{ commandId: string; userId: string; sessionId: string }>,
): string {
  const { commandId, userId, sessionId } = asked;
  const name = JSON.stringify([commandId, userId, sessionId]);
  return createHmac('sha256', key).update(name).digest('base64url');
}

/** What is kept of a secret: SHA-256 in base64url, which is 43 characters. */
export const hashOfSecret = (secret: string): string =>
  createHash('sha256').update(secret).digest('base64url');
