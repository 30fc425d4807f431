import type { HeadCopy } from '#shared/contracts/audit.js';
import { NO_PREVIOUS, type TreeHead } from '#shared/contracts/tree-head.js';
import { type Hash, type MerkleHashing, sameHash } from '#shared/es/merkle-tree.js';
import type { EventLog } from '#shared/es/event-log.js';
import type { AuditKey, HeadChecker } from '../adapters/audit-key.js';
import type { HeadStore } from '../adapters/head-store.js';
import type { HeadPlace } from '../adapters/head-place.js';
import type { StoredTree } from '../read/tree.query.js';
import { hashOfHead, recoverHeads } from './head-chain.js';
import { HeadCopies } from './head-copies.js';
import { behind, checkLog, different } from './log-check.js';

const TICK_MS = 1_000;

export type NotaryLog = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields: Readonly<Record<string, unknown>>,
) => void;

export type NotaryParts = Readonly<{
  log: EventLog;
  hashing: MerkleHashing;
  key: AuditKey;
  checker: HeadChecker;
  heads: HeadStore;
  places: readonly HeadPlace[];
  every: Readonly<{ commits: number; ms: number }>;
  acceptHead: number;
  /** The tree as it stands. */
  tree: () => Promise<StoredTree>;
  /** Whether this replica is the one that signs. */
  leads: () => boolean;
  now: () => Date;
  tell: NotaryLog;
}>;

/**
 * Signs the tree: a head every so many commits or seconds, each with the hash of the one before it, copied to every
 * place. Before each, and at the start, it looks whether the log still is what the last head says. Where it is not, it
 * says so and signs nothing more; everything else goes on.
 */
export class Notary {
  readonly #parts: NotaryParts;
  readonly #copies: HeadCopies;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #checking: Promise<void> = Promise.resolve();
  #trouble: string | undefined;
  /** What keeps it from signing now and may pass. */
  #hindrance: string | undefined;
  #signedSize = 0;
  #signedAt = performance.now();
  /** Counts what may have made the tree grow, and up to which count it has been looked at and is signed. */
  #news = 1;
  #doneWith = 0;
  #isWaiting = false;
  #hasTakenUp = false;

  constructor(parts: NotaryParts) {
    this.#parts = parts;
    this.#copies = new HeadCopies(parts.places, parts.heads, parts.tell);
  }

  /** Looks whether the log is what was signed, as far as the stored tree can tell, and goes on to read all of it. Never fails. */
  async start(): Promise<void> {
    await this.#inTurn(() => this.#takeUp());
    const tickMs = Math.min(TICK_MS, this.#parts.every.ms);
    this.#timer = setInterval(() => this.#signSoon(), tickMs);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    clearInterval(this.#timer);
    await Promise.allSettled([this.#turn, this.#checking]);
  }

  /** In what the log differs from what was signed; undefined where nothing is known. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  get copies(): readonly HeadCopy[] {
    return this.#copies.status;
  }

  /** Hears that the tree may be further than it knows: what was caught up with is not told commit by commit. */
  onCaughtUp(): void {
    this.#news += 1;
  }

  /** Hears how far the tree is, to sign when enough is new. */
  onGrown(size: number): void {
    this.#news += 1;
    if (size - this.#signedSize >= this.#parts.every.commits) this.#signSoon();
  }

  /** Resolves when the log has been read through, which the start has begun. */
  async checked(): Promise<void> {
    await this.#checking;
  }

  #signSoon(): void {
    const isIdle = this.#hasTakenUp && this.#doneWith === this.#news && this.#copies.areDone;
    if (this.#isWaiting || isIdle) return;
    this.#isWaiting = true;
    void this.#inTurn(() => {
      this.#isWaiting = false;
      return this.#sign();
    });
  }

  /** What another replica has signed is taken up as well, when this one comes to lead. */
  async #takeUp(): Promise<void> {
    const { leads, heads, places, checker, tell } = this.#parts;
    if (!leads()) return;
    const found = await recoverHeads(heads, places, checker);
    for (const sentence of found.warnings) tell('warn', sentence, {});
    if (found.trouble) return this.#alarm(found.trouble);
    const newest = await heads.newest();
    await this.#copies.begin(newest?.number ?? 0, found.reached);
    this.#hasTakenUp = true;
    if (!newest || newest.number <= this.#parts.acceptHead) return;
    const differs = await this.#differsFrom(newest, await this.#parts.tree());
    if (differs) return this.#alarm(differs);
    this.#signedSize = newest.size;
    this.#checking = this.#checkWholeLog(newest);
  }

  async #sign(): Promise<void> {
    if (!(await this.#maySign())) return;
    await this.#copies.send();
    const { heads, acceptHead } = this.#parts;
    const news = this.#news;
    const [tree, last] = [await this.#parts.tree(), await heads.newest()];
    if (!this.#isDue(tree.size, last)) {
      if (tree.size === (last?.size ?? 0)) this.#doneWith = news;
      return;
    }
    const isGivenUp = last === undefined || last.number <= acceptHead;
    const differs = isGivenUp ? undefined : await this.#differsFrom(last, tree);
    if (differs) return this.#alarm(differs);
    if (await heads.add(this.#next(tree.size, await tree.rootAt(tree.size), last))) {
      this.#signedSize = tree.size;
      this.#signedAt = performance.now();
      await this.#copies.send();
    }
  }

  async #maySign(): Promise<boolean> {
    const isOff = this.#trouble !== undefined || this.#stop.signal.aborted;
    if (isOff || !this.#parts.leads()) return false;
    if (!this.#hasTakenUp) await this.#takeUp();
    return this.#hasTakenUp && this.#trouble === undefined;
  }

  #isDue(size: number, last: TreeHead | undefined): boolean {
    const { every, acceptHead, now } = this.#parts;
    if (size === 0) return false;
    if (!last || last.number <= acceptHead) return true;
    if (size === last.size) return false;
    return (
      size - last.size >= every.commits ||
      Date.parse(last.time) + every.ms <= now().getTime() ||
      // The clock may have been set back.
      performance.now() - this.#signedAt >= every.ms
    );
  }

  #next(size: number, root: Hash, last: TreeHead | undefined): TreeHead {
    const { key, log, now } = this.#parts;
    return key.sign({
      number: (last?.number ?? 0) + 1,
      size,
      root: Buffer.from(root).toString('hex'),
      time: now().toISOString(),
      log: log.id,
      previous: last ? hashOfHead(last) : NO_PREVIOUS,
      key: key.id,
    });
  }

  /** What the stored tree, which is built from the log, has against a head. */
  async #differsFrom(head: TreeHead, tree: StoredTree): Promise<string | undefined> {
    const { log } = this.#parts;
    if (tree.size < head.size) return behind(tree.size, head);
    const isSame = sameHash(await tree.rootAt(head.size), Buffer.from(head.root, 'hex'));
    if (!isSame) return different(1, head);
    return head.log === log.id
      ? undefined
      : `tree head #${head.number} was signed over another log (${head.log}) than this (${log.id})`;
  }

  async #checkWholeLog(head: TreeHead): Promise<void> {
    const { log, hashing, heads, tree, acceptHead } = this.#parts;
    const storedLeaves = async (from: number, to: number) => (await tree()).leaves({ from, to });
    const parts = { log, hashing, storedLeaves, signal: this.#stop.signal };
    async function* inOrder(): AsyncGenerator<TreeHead> {
      for (let page = await heads.after(acceptHead); page.length > 0;) {
        yield* page;
        page = await heads.after(page.at(-1)?.number ?? 0);
      }
    }
    try {
      const differs = await checkLog({ ...parts, heads: inOrder }, head);
      if (differs) this.#alarm(differs);
    } catch (cause) {
      if (this.#stop.signal.aborted) return;
      this.#parts.tell('error', 'The log could not be checked against its signed heads', {
        err: cause,
      });
    }
  }

  #alarm(trouble: string): void {
    this.#trouble = trouble;
    const sentence = `THE AUDIT TRAIL IS NOT WHAT WAS SIGNED: ${trouble}. No tree head is signed any more; keep the log and every copy of the heads as they are, and see shared/docs/audit.md`;
    this.#parts.tell('error', sentence, { trouble });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work).then(
      () => void (this.#hindrance = undefined),
      (cause: unknown) => {
        const why = cause instanceof Error ? cause.message : String(cause);
        if (why === this.#hindrance || this.#stop.signal.aborted) return;
        this.#hindrance = why;
        this.#parts.tell('error', 'No tree head can be signed now', { err: cause });
      },
    );
    this.#turn = done;
    return done;
  }
}
