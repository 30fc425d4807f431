import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { z } from 'zod';
import type {
  ListLeaves,
  ListTreeHeads,
  ProveConsistency,
  ShowTreeHead,
  ShowTreePeaks,
} from '#shared/contracts/audit.js';
import {
  endLine,
  entryLine,
  headerLine,
  headLine,
  proofLine,
} from '#shared/contracts/audit-bundle.js';
import type { TreeHead } from '#shared/contracts/tree-head.js';
import { progressOf } from './progress.js';

const OWNER_ONLY = 0o600;
const BUFFER_CHARACTERS = 1_024 * 1_024;

export type ExportOptions = Readonly<{
  output: string;
  from?: number | undefined;
  to?: number | undefined;
  afterHead?: number | undefined;
}>;

/** Asks the server for what is at a path. */
export type Get = <T>(path: string) => Promise<T>;

export type Exported = Readonly<{
  output: string;
  log: string;
  from: number;
  to: number;
  heads: number;
  key: string;
}>;

type Result<O extends { result: z.ZodType }> = z.infer<O['result']>;
type Range = Readonly<{ from: number; to: number }>;

/** Writes what the log has from one sequence to another into a file, with all that it takes to check it. */
export async function exportBundle(get: Get, options: ExportOptions): Promise<Exported> {
  const { output } = options;
  if (existsSync(output)) throw new Error(`${output} is there already; choose another name.`);
  const { head: newest } = await get<Result<typeof ShowTreeHead>>('/api/audit/tree-head');
  const range = { from: options.from ?? 1, to: options.to ?? newest.size };
  if (range.from > range.to || range.to > newest.size) {
    throw new Error(
      `Nothing is signed from ${range.from} to ${range.to}: the newest tree head, signed at ${newest.time}, is over 1 to ${newest.size}.`,
    );
  }
  const part = `${output}.part`;
  const file = await open(part, 'w', OWNER_ONLY);
  try {
    const heads = await new Exporter(get, file, range).write(newest, options.afterHead ?? 0);
    await file.sync();
    await file.close();
    await rename(part, output);
    return { output, log: newest.log, ...range, heads, key: newest.key };
  } catch (cause) {
    await file.close().catch(() => undefined);
    await rm(part, { force: true });
    throw cause;
  }
}

/** Writes one bundle. Nothing of it stays in memory. */
class Exporter {
  readonly #get: Get;
  readonly #file: FileHandle;
  readonly #range: Range;
  readonly #progress;
  #text = '';
  /** The last sequence that is written, or the one before the first. */
  #at: number;
  /** Size of the tree that the next proof goes on from. */
  #point: number | undefined;

  constructor(get: Get, file: FileHandle, range: Range) {
    this.#get = get;
    this.#file = file;
    this.#range = range;
    this.#at = range.from - 1;
    this.#progress = progressOf('Exporting', range.to - range.from + 1);
  }

  /** Resolves with the number of heads in it. */
  async write(newest: TreeHead, afterHead: number): Promise<number> {
    const { from, to } = this.#range;
    const { log, key } = newest;
    await this.#put(headerLine({ log, from, to, key, peaks: await this.#peaks() }));
    let heads = 0;
    for await (const head of this.#heads(newest, afterHead)) {
      await this.#writeHead(head);
      heads += 1;
    }
    await this.#put(endLine({ heads, entries: to - from + 1 }));
    await this.#flush();
    this.#progress.end();
    return heads;
  }

  async #writeHead(head: TreeHead): Promise<void> {
    const { from, to } = this.#range;
    const before = from - 1;
    if (head.size < before) {
      if (this.#point !== undefined) await this.#prove(this.#point, head.size);
    } else {
      const isUntied = this.#point !== undefined && this.#point < before;
      if (isUntied) await this.#prove(this.#point ?? 0, before);
      await this.#writeEntries(Math.min(head.size, to));
      if (head.size > to) await this.#prove(Math.max(this.#point ?? 0, to), head.size);
    }
    await this.#put(headLine(head));
    this.#point = head.size;
  }

  async #writeEntries(through: number): Promise<void> {
    while (this.#at < through) {
      const path = `/api/audit/leaves?after=${this.#at}&limit=${Math.min(1_000, through - this.#at)}`;
      const { leaves } = await this.#get<Result<typeof ListLeaves>>(path);
      // The heads are over more than the log has: so it is written, and whoever checks it is told.
      if (leaves.length === 0) return;
      for (const leaf of leaves) await this.#put(entryLine(leafHash(leaf), leaf));
      this.#at += leaves.length;
      this.#progress.advance(leaves.length);
    }
  }

  async *#heads(newest: TreeHead, afterHead: number): AsyncGenerator<TreeHead> {
    for (let after = afterHead; after < newest.number;) {
      const path = `/api/audit/tree-heads?after=${after}`;
      const { heads } = await this.#get<Result<typeof ListTreeHeads>>(path);
      for (const head of heads) if (head.number <= newest.number) yield head;
      const last = heads.at(-1);
      if (!last) return;
      after = last.number;
    }
  }

  async #peaks(): Promise<string[]> {
    if (this.#at === 0) return [];
    const path = `/api/audit/proofs/peaks?size=${this.#at}`;
    return (await this.#get<Result<typeof ShowTreePeaks>>(path)).peaks;
  }

  async #prove(from: number, to: number): Promise<void> {
    const path = `/api/audit/proofs/consistency?from=${from}&to=${to}`;
    const { proof: hashes } = await this.#get<Result<typeof ProveConsistency>>(path);
    await this.#put(proofLine({ from, to, hashes }));
  }

  async #put(line: string): Promise<void> {
    this.#text += `${line}\n`;
    if (this.#text.length >= BUFFER_CHARACTERS) await this.#flush();
  }

  async #flush(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    await this.#file.appendFile(text);
  }
}

const leafHash = (leaf: string): string =>
  createHash('sha256').update('\0').update(leaf).digest('hex');
