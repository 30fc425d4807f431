import type { RecordedEvent, Sequence } from './commit.js';
import { LeaseKeeper } from './lease-keeper.js';
import { Progress } from './progress.js';
import type { ProjectionStatus, RebuildReport } from './projection-status.js';
import { nameOf, type ProjectionParts, ProjectionWriter } from './projection-writer.js';
import type { ReadModel } from './read-model.js';
import { LeadershipLostError } from './read-model-store.js';
import { recordedEvents } from './recorded-events.js';
import { rest } from './rest.js';
import { readStretch } from './stretch.js';

/** How long a command's reply waits for the read models of its own service. */
export const READ_YOUR_WRITES_WAIT_MS = 2_000;

/** How long it rests when the log or the database can't be used, before it goes on where it was. */
const RETRY_AFTER_MS = 500;

/** How soon a replica that stands by looks again how far the leader is; later and later, up to the longest. */
const STAND_BY_POLL_MS = 5;
const STAND_BY_POLL_MS_MAX = 50;

/** How long a replica that was asked to rebuild may take until it leads. */
const TAKE_OVER_WAIT_MS = 30_000;
const REBUILD_ATTEMPTS_MAX = 3;

type Parts = ProjectionParts &
  Readonly<{
    /** Hears every live batch that this replica has written, and when it began (epoch milliseconds). Must not throw. */
    onApplied?: (events: readonly RecordedEvent[], startedAt: number) => void;
    /** Hears that it has caught up, at the start or after it lost touch: what it did for that is not told batch by batch. Must not throw. */
    onCaughtUp?: () => void;
    /** Hears every batch from then on, whichever replica wrote it, once its rows are visible. Must not throw. */
    onProjected?: (events: readonly RecordedEvent[]) => void;
  }>;

/**
 * Keeps a service's read models up to date with the log. Of the replicas of a service one leads and writes them; the
 * others stand by: they follow the log too, and tell from the leader's checkpoints what their own readers can see.
 */
export class Projector {
  readonly #parts: Parts;
  readonly #stop = new AbortController();
  readonly #writer: ProjectionWriter;
  readonly #keeper: LeaseKeeper;
  readonly #progress = new Progress();
  readonly #rebuilds = new Map<string, Promise<RebuildReport>>();
  /** Ends the stretch of leading or standing by that is under way. */
  #term = new AbortController();
  /** True while it leads and has caught up with what it found. */
  #isEntered = false;
  #running: Promise<void> | undefined;
  /** Why nothing moves at the moment. */
  #trouble: string | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#writer = new ProjectionWriter(parts, this.#stop.signal);
    this.#keeper = new LeaseKeeper(parts.store.leadership, () => this.#term.abort());
  }

  /**
   * Catches up with the log, rebuilding what has changed its version, then follows it; or stands by for the replica
   * that does. Resolves when all read models have reached the head of now. Errors: StoreUnavailableError, LogUnavailableError.
   */
  async start(): Promise<void> {
    const head = await this.#parts.log.head();
    const leads = await this.#keeper.start();
    try {
      if (leads) await this.#takeOver(head);
    } catch (cause) {
      await this.#keeper.stop();
      throw cause;
    }
    this.#running = this.#run();
    await this.#progress.wait(head, Infinity);
  }

  /** Ends following after the batch under way, and leaves the lead to another replica. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#term.abort();
    await this.#running;
    await Promise.allSettled(this.#rebuilds.values());
    await this.#keeper.stop();
    this.#progress.giveUp();
  }

  /** True in the one replica that writes the read models. */
  get leads(): boolean {
    return this.#keeper.isHeld;
  }

  /** Resolves to true once every read model has applied the log up to `sequence`, to false when the wait is over first. */
  async reached(sequence: Sequence, waitMs = READ_YOUR_WRITES_WAIT_MS): Promise<boolean> {
    return (await this.#progress.wait(sequence, waitMs)) && this.#writer.allLive;
  }

  /** Where each read model stands against the head of the log. */
  async status(): Promise<ProjectionStatus[]> {
    const head = await this.#parts.log.head();
    return this.#parts.models.map((model) => {
      const { sequence, status, error } = this.#writer.checkpointOf(model);
      const checkpoint =
        status === 'stopped' ? sequence : Math.max(sequence, this.#progress.reached);
      return {
        name: nameOf(this.#parts, model),
        checkpoint,
        lag: Math.max(0, head - checkpoint),
        status,
        error: error ?? this.#trouble,
      };
    });
  }

  /** The state hash of one read model; two that have applied the same events have the same. */
  async stateHash(name: string): Promise<{ sequence: Sequence; hash: string } | undefined> {
    const model = this.#find(name);
    return (
      model &&
      this.#writer.inTurn(async () => {
        const hash = await this.#parts.store.stateHash(model, model.table);
        return { sequence: this.#standing(model), hash };
      })
    );
  }

  /**
   * Fills a new table beside the old one from the whole log, then switches; asked twice at a time, it is done once.
   * A replica that stands by takes the lead for it. Undefined when no read model has the name.
   */
  async rebuild(name: string): Promise<RebuildReport | undefined> {
    const model = this.#find(name);
    if (!model) return undefined;
    const running = this.#rebuilds.get(name);
    if (running) return running;
    const rebuild = this.#rebuild(model).finally(() => this.#rebuilds.delete(name));
    this.#rebuilds.set(name, rebuild);
    return rebuild;
  }

  async #rebuild(model: ReadModel, attempt = 1): Promise<RebuildReport> {
    if (!this.#keeper.isHeld) await this.#keeper.seize();
    const end = performance.now() + TAKE_OVER_WAIT_MS;
    while (!this.#isEntered && performance.now() < end) {
      await rest(STAND_BY_POLL_MS, this.#stop.signal);
    }
    try {
      return await this.#writer.rebuild(model, () => this.#standing(model));
    } catch (cause) {
      if (!(cause instanceof LeadershipLostError) || attempt === REBUILD_ATTEMPTS_MAX) throw cause;
      // It led when it last looked: another replica has been asked for a rebuild since.
      this.#keeper.forfeit();
      this.#isEntered = false;
      return this.#rebuild(model, attempt + 1);
    }
  }

  #standing = (model: ReadModel): Sequence =>
    Math.max(this.#progress.reached, this.#writer.checkpointOf(model).sequence);

  /** Leads or stands by for as long as it runs; what the log or the database can't do now is tried again. */
  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#term = new AbortController();
      try {
        if (this.#keeper.isHeld) await this.#lead(this.#term.signal);
        else await this.#standBy(this.#term.signal);
      } catch (cause) {
        if (cause instanceof LeadershipLostError) this.#keeper.forfeit();
        this.#trouble = cause instanceof Error ? cause.message : String(cause);
        await rest(RETRY_AFTER_MS, this.#stop.signal);
      }
      this.#isEntered = false;
    }
  }

  async #lead(signal: AbortSignal): Promise<void> {
    if (!this.#isEntered) await this.#takeOver(await this.#parts.log.head());
    const { log, follows, known, onApplied, onProjected } = this.#parts;
    const query = { after: this.#progress.reached, ...(follows && { services: follows }) };
    for await (const { commits, through } of log.follow(query, signal)) {
      const startedAt = Date.now();
      const events = commits.flatMap((commit) => recordedEvents(commit, known));
      await this.#apply(events, through);
      this.#trouble = null;
      if (events.length === 0) continue;
      onApplied?.(events, startedAt);
      onProjected?.(events);
    }
  }

  /** Starts from what the database says, whoever wrote it, and brings it to `head`. */
  async #takeOver(head: Sequence): Promise<void> {
    const { log, follows: services, known } = this.#parts;
    await this.#writer.load();
    await this.#writer.mend(head);
    // From what the database has, not from what it once had: it may have gone back, after a crash or a failover.
    this.#progress.startFrom(this.#writer.writtenTo(head));
    while (this.#progress.reached < head && !this.#stop.signal.aborted) {
      const after = this.#progress.reached;
      const { events, through } = await readStretch(log, { after, services, known }, head);
      await this.#apply(events, through);
    }
    this.#isEntered = true;
    this.#trouble = null;
    this.#parts.onCaughtUp?.();
  }

  async #apply(events: readonly RecordedEvent[], through: Sequence): Promise<void> {
    await this.#writer.apply(events, through);
    this.#progress.advance(through);
  }

  async #standBy(signal: AbortSignal): Promise<void> {
    const { log, follows, known, onProjected } = this.#parts;
    await this.#writer.load();
    await this.#writer.requireLog();
    // What the leader has written is behind us already.
    this.#progress.startFrom(this.#writer.writtenTo(await log.head()));
    this.#parts.onCaughtUp?.();
    const query = { after: this.#progress.reached, ...(follows && { services: follows }) };
    for await (const { commits, through } of log.follow(query, signal)) {
      const last = commits.at(-1);
      if (last) await this.#writtenElsewhere(last.sequence, signal);
      if (signal.aborted) return;
      this.#progress.advance(through);
      this.#trouble = null;
      const events = commits.flatMap((commit) => recordedEvents(commit, known));
      if (events.length > 0) onProjected?.(events);
    }
  }

  /** Resolves once the leader's rows have reached `sequence`, or the signal aborts. */
  async #writtenElsewhere(sequence: Sequence, signal: AbortSignal): Promise<void> {
    for (let ms = STAND_BY_POLL_MS; !signal.aborted; ms = Math.min(ms + 1, STAND_BY_POLL_MS_MAX)) {
      await this.#writer.load();
      if (this.#writer.writtenTo(sequence) >= sequence) return;
      await rest(ms, signal);
    }
  }

  #find = (name: string): ReadModel | undefined =>
    this.#parts.models.find((model) => nameOf(this.#parts, model) === name);
}
