import { z } from 'zod';
import { headOf, headText, sha256Digits, type TreeHead } from './tree-head.js';

/**
 * An export of the log that can be checked without Sortie: lines of JSON, each in one form only, so that no byte of it
 * can be another. First a header; then the places of the log in order, each tree head behind the last place that it is
 * over; then an end. Heads over less or more than what is exported are tied to it by consistency proofs.
 */
export const BUNDLE = 'sortie-audit-1';

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const header = z.strictObject({
  bundle: z.literal(BUNDLE),
  /** Id of the log. */
  log: z.string(),
  /** The sequences that are exported. */
  from: count.min(1),
  to: count.min(1),
  /** Fingerprint of the key that the last head was signed with. */
  key: sha256Digits,
  /** What the tree of everything before goes on from. */
  peaks: z.array(sha256Digits),
});
export type BundleHeader = z.infer<typeof header>;

const proof = z.strictObject({
  from: count.min(1),
  to: count.min(1),
  hashes: z.array(sha256Digits),
});
export type BundleProof = z.infer<typeof proof>;

const end = z.strictObject({ heads: count, entries: count });
export type BundleEnd = z.infer<typeof end>;

export const headerLine = ({ log, from, to, key, peaks }: Omit<BundleHeader, 'bundle'>): string =>
  JSON.stringify({ bundle: BUNDLE, log, from, to, key, peaks });
export const headLine = (head: TreeHead): string => `{"head":${headText(head)}}`;
export const proofLine = ({ from, to, hashes }: BundleProof): string =>
  JSON.stringify({ proof: { from, to, hashes } });
export const endLine = ({ heads, entries }: BundleEnd): string =>
  JSON.stringify({ end: { heads, entries } });

/** What an entry's line begins with before its leaf hash, and between that and the leaf itself. */
export const ENTRY_START = '{"hash":"';
export const ENTRY_MIDDLE = '","entry":';
export const ENTRY_END = '}';
export const entryLine = (hash: string, leaf: string): string =>
  `${ENTRY_START}${hash}${ENTRY_MIDDLE}${leaf}${ENTRY_END}`;

export type BundleLine =
  | Readonly<{ kind: 'header'; header: BundleHeader }>
  | Readonly<{ kind: 'head'; head: TreeHead }>
  | Readonly<{ kind: 'proof'; proof: BundleProof }>
  | Readonly<{ kind: 'end'; end: BundleEnd }>;

/** Reads a line that is no entry; undefined for one that is not letter for letter as it is written here. */
export function bundleLineOf(line: string): BundleLine | undefined {
  const read = READERS.find(([start]) => line.startsWith(start))?.[1];
  try {
    return read?.(line);
  } catch {
    return undefined;
  }
}

const READERS: readonly (readonly [
  start: string,
  read: (line: string) => BundleLine | undefined,
])[] = [
  [
    '{"bundle":',
    (line) => {
      const found = header.parse(JSON.parse(line));
      return headerLine(found) === line ? { kind: 'header', header: found } : undefined;
    },
  ],
  [
    '{"head":',
    (line) => {
      const found = headOf(line.slice('{"head":'.length, -1));
      return found && headLine(found) === line ? { kind: 'head', head: found } : undefined;
    },
  ],
  [
    '{"proof":',
    (line) => {
      const found = z.strictObject({ proof }).parse(JSON.parse(line)).proof;
      return proofLine(found) === line ? { kind: 'proof', proof: found } : undefined;
    },
  ],
  [
    '{"end":',
    (line) => {
      const found = z.strictObject({ end }).parse(JSON.parse(line)).end;
      return endLine(found) === line ? { kind: 'end', end: found } : undefined;
    },
  ],
];
