import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { signedText, type TreeHead } from '#shared/contracts/tree-head.js';

const PEM_BLOCK = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

/** What was given for a key is none. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
}

/** The public keys whose heads are believed. */
export class HeadKeys {
  readonly #keys: ReadonlyMap<string, KeyObject>;

  /** From PEM, one key or several behind each other. Throws {@link KeyFileError}. */
  constructor(pem: string) {
    const keys = (pem.match(PEM_BLOCK) ?? []).map(keyOf);
    if (keys.length === 0) throw new KeyFileError('There is no public key in PEM in it.');
    this.#keys = new Map(keys.map((key) => [fingerprintOf(key), key]));
  }

  /** Whether a head's signature is good; `unknown key` when it was made with none of these. */
  check(head: TreeHead): 'good' | 'bad' | 'unknown key' {
    const key = this.#keys.get(head.key);
    if (!key) return 'unknown key';
    const signature = Buffer.from(head.signature, 'hex');
    return verify(null, Buffer.from(signedText(head)), key, signature) ? 'good' : 'bad';
  }
}

function keyOf(pem: string): KeyObject {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Told below, as for a key of another kind.
  }
  throw new KeyFileError('It has a key in it that is no Ed25519 public key.');
}

const fingerprintOf = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
