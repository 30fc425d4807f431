import { z } from 'zod';

const digits = (count: number, what: string) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${count}}$`), `must be ${what} in hexadecimal digits`);

export const sha256Digits = digits(64, 'a SHA-256');
const wholeNumber = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

/** What the audit service says, under its signature, of the log at one moment. */
export const treeHead = z.strictObject({
  number: wholeNumber.describe('Place among the heads, from 1'),
  size: wholeNumber.describe('How many places of the log are in the tree: up to this sequence'),
  root: sha256Digits.describe('Root of the Merkle tree (RFC 6962, SHA-256)'),
  time: z.iso.datetime(),
  log: z.string().min(1).max(255).describe('Id of the log'),
  previous: sha256Digits.describe('SHA-256 of the head before it; zeros in the first'),
  key: sha256Digits.describe('SHA-256 of the public key that it was signed with (DER, SPKI)'),
  signature: digits(128, 'an Ed25519 signature'),
});
export type TreeHead = z.infer<typeof treeHead>;
export type UnsignedHead = Omit<TreeHead, 'signature'>;

/** What the first head has in the place of the hash of the one before it. */
export const NO_PREVIOUS = '0'.repeat(64);

const fields = ({ number, size, root, time, log, previous, key }: UnsignedHead): UnsignedHead => ({
  ...{ number, size, root, time, log, previous, key },
});

/** The bytes that are signed, as text: they begin with what they are, so that no other signature can pass for one. */
export const signedText = (head: UnsignedHead): string =>
  `sortie tree head v1\n${JSON.stringify(fields(head))}`;

/** A head as it is kept, copied and hashed: one line of JSON in a fixed order. */
export const headText = (head: TreeHead): string =>
  JSON.stringify({ ...fields(head), signature: head.signature });

/** Reads a line that {@link headText} has written; undefined for any other, however close. */
export function headOf(line: string): TreeHead | undefined {
  try {
    const parsed = treeHead.safeParse(JSON.parse(line));
    return parsed.success && headText(parsed.data) === line ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
