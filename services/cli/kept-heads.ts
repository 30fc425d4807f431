import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { headOf, headText, type TreeHead } from '#shared/contracts/tree-head.js';
import { TamperedError } from './bundle-verifier.js';
import type { HeadKeys } from './head-keys.js';

const HEAD_START = '{"number":';

/** Tree heads that were kept off the host: whoever rewrote the log there, and signed it anew, could not change these. */
export class KeptHeads {
  readonly #heads = new Map<number, string>();
  #newest: TreeHead | undefined;

  /** Reads a file with one head a line, whatever syslog has put before each. Throws {@link TamperedError}, and what reading a file throws. */
  static async read(path: string, keys: HeadKeys): Promise<KeptHeads> {
    const kept = new KeptHeads();
    const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
    let number = 0;
    for await (const line of lines) {
      number += 1;
      const start = line.indexOf(HEAD_START);
      const head = start < 0 ? undefined : headOf(line.slice(start).trimEnd());
      if (!head) continue;
      const wrong = kept.#take(head, keys);
      if (wrong) throw new TamperedError(`${path}, line ${number}: ${wrong}`);
    }
    if (!kept.#newest) throw new TamperedError(`${path} has no tree head in it`);
    return kept;
  }

  /** Throws {@link TamperedError} for a head that is not the one that was kept. */
  requireSame(head: TreeHead): void {
    const kept = this.#heads.get(head.number);
    if (kept === undefined || kept === headText(head)) return;
    const { size, time } = headOf(kept) as TreeHead;
    throw new TamperedError(
      `history was rewritten: tree head #${head.number} that was kept elsewhere, signed at ${time} over ${size} places, is not this one`,
    );
  }

  /** Throws {@link TamperedError} when what was kept goes on after the last head. */
  requireNoMoreThan(last: TreeHead): void {
    if (!this.#newest || this.#newest.number <= last.number) return;
    const { number, time, size } = this.#newest;
    throw new TamperedError(
      `the tail was cut: it ends with tree head #${last.number} over ${last.size} places, and #${number} that was kept elsewhere, signed at ${time}, is over ${size}; only if this was exported before then, export again`,
    );
  }

  #take(head: TreeHead, keys: HeadKeys): string | undefined {
    const text = headText(head);
    const known = this.#heads.get(head.number);
    if (known === text) return undefined;
    if (known !== undefined) return `there are two different tree heads #${head.number}`;
    const verdict = keys.check(head);
    if (verdict === 'bad') return `the signature of tree head #${head.number} is not good`;
    if (verdict !== 'good') return `tree head #${head.number} was signed with another key`;
    this.#heads.set(head.number, text);
    if (head.number > (this.#newest?.number ?? 0)) this.#newest = head;
    return undefined;
  }
}
