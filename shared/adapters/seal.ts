import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
} from 'node:crypto';

export const SEALING_KEY_BYTES = 32;
/** NIST SP 800-38D, section 8.2.2: 96 random bits, safe for 2^32 texts under one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEALED = /^v1\.([0-9a-f]{16})\.([A-Za-z0-9_-]+)$/;

/** A key that small secrets in the log are sealed under. `id` tells keys apart and says nothing about the bytes. */
export type SealingKey = Readonly<{ id: string; bytes: Buffer }>;

/** A sealed text can't be opened; the message says why and what to do, and never what was in it. */
export class UnsealError extends Error {
  override readonly name = 'UnsealError';
}

/** Makes a key of 32 bytes. Throws RangeError for any other number of them. */
export function sealingKeyOf(bytes: Buffer): SealingKey {
  if (bytes.length !== SEALING_KEY_BYTES) {
    throw new RangeError(
      `A sealing key has ${SEALING_KEY_BYTES} bytes; this one has ${bytes.length}.`,
    );
  }
  const id = createHash('sha256').update('sortie sealing key id\n').update(bytes).digest('hex');
  return { id: id.slice(0, 16), bytes };
}

/**
 * Seals a text (AES-256-GCM): `v1.<key id>.<nonce, tag and ciphertext in base64url>`. It opens only for the same
 * `place` (whose it is and which field), so that nobody can move it to somewhere else in the log.
 */
export function seal(key: SealingKey, place: readonly string[], text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(placeBytes(key.id, place));
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const sealed = Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
  return `v1.${key.id}.${sealed.toString('base64url')}`;
}

/** Opens what {@link seal} sealed for the same place. Throws {@link UnsealError}. */
export function unseal(key: SealingKey, place: readonly string[], sealed: string): string {
  const [, keyId, content = ''] = SEALED.exec(sealed) ?? [];
  const bytes = Buffer.from(content, 'base64url');
  if (!keyId || bytes.length < NONCE_BYTES + TAG_BYTES) {
    throw new UnsealError(`${place.join(' ')} holds no sealed text.`);
  }
  if (keyId !== key.id) {
    throw new UnsealError(
      `${place.join(' ')} was sealed with the key ${keyId}, and the sealing key here is ${key.id}: put the key back that belongs to this event log.`,
    );
  }
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(placeBytes(keyId, place));
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    const text = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new UnsealError(
      `${place.join(' ')} was changed after it was sealed, or belongs somewhere else: restore the event log from a backup.`,
      { cause },
    );
  }
}

/** A hash that only the key's holder can compute, 64 hexadecimal digits; `purpose` keeps the uses of a key apart. */
export function keyedHash(key: SealingKey, purpose: string, text: string): string {
  const derived = hkdfSync('sha256', key.bytes, '', `sortie ${purpose}`, SEALING_KEY_BYTES);
  return createHmac('sha256', Buffer.from(derived)).update(text).digest('hex');
}

const placeBytes = (keyId: string, place: readonly string[]): Buffer =>
  Buffer.from(JSON.stringify(['v1', keyId, ...place]));
