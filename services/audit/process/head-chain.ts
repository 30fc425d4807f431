import { createHash } from 'node:crypto';
import { headText, NO_PREVIOUS, type TreeHead } from '#shared/contracts/tree-head.js';
import type { HeadChecker } from '../adapters/audit-key.js';
import type { HeadPlace } from '../adapters/head-place.js';
import type { HeadStore } from '../adapters/head-store.js';

/** What the head after it has for `previous`. */
export const hashOfHead = (head: TreeHead): string =>
  createHash('sha256').update(headText(head)).digest('hex');

/** What keeps a head from being the one after another; undefined when nothing does. */
export function breakBetween(last: TreeHead | undefined, next: TreeHead): string | undefined {
  if (next.number !== (last?.number ?? 0) + 1) {
    return `tree head #${next.number} does not follow #${last?.number ?? 0}`;
  }
  if (next.previous !== (last ? hashOfHead(last) : NO_PREVIOUS)) {
    return `tree head #${next.number} was not signed after the #${last?.number ?? 0} that is there`;
  }
  return undefined;
}

export type Recovered = Readonly<{
  /** By place: the newest head in it. */
  reached: ReadonlyMap<string, number>;
  /** Why the heads that are there are none to go on from. */
  trouble?: string;
  warnings: readonly string[];
}>;

/** What is there is none to go on from; the message says why. */
class ChainBrokenError extends Error {
  override readonly name = 'ChainBrokenError';
}

/**
 * Brings the heads in the database and those in the places that can be read together: the database is made from the log
 * and may be new, heads are not. What is in both must be the same.
 */
export async function recoverHeads(
  heads: HeadStore,
  places: readonly HeadPlace[],
  checker: HeadChecker,
): Promise<Recovered> {
  const reached = new Map<string, number>();
  const warnings: string[] = [];
  for (const { name, read } of places) {
    if (!read) continue;
    try {
      const newest = await heads.newest();
      reached.set(name, await recoverFrom(read(newest?.number ?? 1), heads));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      if (cause instanceof ChainBrokenError) {
        return { reached, warnings, trouble: `${why}, in ${name}` };
      }
      warnings.push(`The copy of the tree heads in ${name} can't be read: ${why}`);
    }
  }
  const trouble = signatureTrouble(await heads.newest(), checker);
  return { reached, warnings, ...(trouble && { trouble }) };
}

/** Takes in what the database does not have, and says which is the last. Throws {@link ChainBrokenError}. */
async function recoverFrom(copy: AsyncIterable<TreeHead>, heads: HeadStore): Promise<number> {
  let newest = await heads.newest();
  let stood: TreeHead | undefined;
  for await (const head of copy) {
    stood = head;
    if (head.number <= (newest?.number ?? 0)) continue;
    const broken = breakBetween(newest, head);
    if (broken) throw new ChainBrokenError(broken);
    await heads.add(head);
    newest = head;
  }
  if (!stood) return 0;
  // Only the last is looked at: those before it are held by the hash of the one before that each has.
  const [known] = await heads.after(stood.number - 1);
  if (known && headText(known) !== headText(stood)) {
    throw new ChainBrokenError(
      `tree head #${stood.number} is another than the one in the database`,
    );
  }
  return stood.number;
}

function signatureTrouble(head: TreeHead | undefined, checker: HeadChecker): string | undefined {
  const verdict = head && checker(head);
  if (!head || verdict === 'good') return undefined;
  return verdict === 'bad'
    ? `the signature of tree head #${head.number} is not good`
    : `tree head #${head.number} was signed with another key (${head.key}); if that was yours, name its public key in SORTIE_AUDIT_TRUSTED_KEYS`;
}
