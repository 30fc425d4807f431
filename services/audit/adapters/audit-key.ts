import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { openSecretFile } from '#shared/adapters/secret-file.js';
import { signedText, type TreeHead, type UnsignedHead } from '#shared/contracts/tree-head.js';

const PUBLIC_PEM = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

/** The audit key can't be had; the message names where it was looked for and the remedy. */
export class AuditKeyError extends Error {
  override readonly name = 'AuditKeyError';
}

/** The key that tree heads are signed with. */
export type AuditKey = Readonly<{
  /** SHA-256 of the public key, in hexadecimal digits: heads name it so. */
  id: string;
  /** PEM. */
  publicKey: string;
  sign: (head: UnsignedHead) => TreeHead;
}>;

/** Whether a head's signature is good; `unknown key` when it was made with none of these. */
export type HeadChecker = (head: TreeHead) => 'good' | 'bad' | 'unknown key';

/** The key from `value` (a private key as PEM), or from the file at `path`, which is made on the first start. Errors: {@link AuditKeyError}. */
export function openAuditKey(from: { path: string; value?: string | undefined }): AuditKey {
  if (from.value !== undefined) return keyOf(from.value, 'The audit key that was configured');
  const pem = openSecretFile({
    path: from.path,
    what: 'The audit key',
    unused: 'nothing was signed with it',
    make: newKey,
    refuse: (message, cause) => new AuditKeyError(message, { cause }),
  });
  return keyOf(pem, `The audit key ${from.path}`);
}

/** Checks heads against our own key and public keys in PEM, one after another. Errors: {@link AuditKeyError}. */
export function headCheckerOf(own: AuditKey, others = ''): HeadChecker {
  if (others.replace(PUBLIC_PEM, '').trim() !== '') throw noPublicKey();
  const pems = [own.publicKey, ...(others.match(PUBLIC_PEM) ?? [])];
  const keys = new Map(pems.map(publicKeyOf).map((key) => [idOf(key), key]));
  return (head) => {
    const key = keys.get(head.key);
    if (!key) return 'unknown key';
    const signature = Buffer.from(head.signature, 'hex');
    return verify(null, Buffer.from(signedText(head)), key, signature) ? 'good' : 'bad';
  };
}

function publicKeyOf(pem: string): KeyObject {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Told below, as for a key of another kind.
  }
  throw noPublicKey();
}

const noPublicKey = (): AuditKeyError =>
  new AuditKeyError(
    'SORTIE_AUDIT_TRUSTED_KEYS has something in it that is no Ed25519 public key in PEM.',
  );

const idOf = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');

function newKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function keyOf(pem: string, what: string): AuditKey {
  const privateKey = privateKeyOf(pem, what);
  const publicKey = createPublicKey(privateKey);
  return {
    id: idOf(publicKey),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (head) => ({
      ...head,
      signature: sign(null, Buffer.from(signedText(head)), privateKey).toString('hex'),
    }),
  };
}

function privateKeyOf(pem: string, what: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Told below, as for a key of another kind.
  }
  throw new AuditKeyError(
    `${what} is no Ed25519 private key in PEM: put the right one back, or for a new installation make one with: openssl genpkey -algorithm ed25519`,
  );
}
