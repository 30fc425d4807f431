import type { RecordedEvent, Sequence } from './commit.js';
import type { EventLog } from './event-log.js';
import { foldBatch, ProjectionError } from './fold-batch.js';
import type { ReadModel } from './read-model.js';
import {
  type Checkpoint,
  type ReadModelStore,
  type RowChanges,
  StoreUnavailableError,
} from './read-model-store.js';
import { Progress } from './progress.js';
import type { ProjectionStatus, RebuildReport } from './projection-status.js';
import { recordedEvents } from './recorded-events.js';
import { rest } from './rest.js';
import { Shadow } from './shadow.js';
import { readStretch } from './stretch.js';

/** How long a command's reply waits for the read models of its own service. */
export const READ_YOUR_WRITES_WAIT_MS = 2_000;

/** Commits that change none of a read model's rows before its checkpoint is written all the same. */
const IDLE_COMMITS_MAX = 1_000;

/** How long it rests when the log or the database can't be used, before it goes on where it was. */
const RETRY_AFTER_MS = 500;

type Parts = Readonly<{
  /** Name of the service; read models are called `<service>.<table>` outside of it. */
  service: string;
  log: EventLog;
  store: ReadModelStore;
  models: readonly ReadModel[];
  /** The services whose events it follows; all when absent. */
  follows?: readonly string[];
  /** The types of their events; another one was written by a newer Sortie and stops the read models. */
  known?: ReadonlySet<string>;
  /** Hears every batch after the start, once its rows are visible. Must not throw. */
  onProjected?: (events: readonly RecordedEvent[]) => void;
  /** Told when a read model stops at an event that it can't apply. */
  onStopped?: (name: string, error: string) => void;
}>;

/** Keeps a service's read models up to date with the log, one batch and one transaction at a time. */
export class Projector {
  readonly #parts: Parts;
  readonly #stop = new AbortController();
  #checkpoints = new Map<string, Checkpoint>();
  readonly #progress = new Progress();
  #running: Promise<void> | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #rebuilds = new Map<string, Promise<RebuildReport>>();
  /** Why nothing moves at the moment. */
  #trouble: string | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Catches up with the log, rebuilding what has changed its version, then follows it. Resolves when all read models have reached the head of now. Errors: {@link StoreUnavailableError}, LogUnavailableError. */
  async start(): Promise<void> {
    const { log, store, models } = this.#parts;
    const known = new Map((await store.checkpoints()).map((c) => [c.table, c]));
    const head = await log.head();
    for (const model of models) {
      const found = known.get(model.table) ?? fresh(model);
      const isAhead = found.sequence > head;
      // A checkpoint past the head belongs to another log: a restored one, or another data folder.
      this.#checkpoints.set(model.table, isAhead ? { ...found, sequence: 0 } : found);
      if (isAhead || found.version !== model.version || found.status === 'stopped') {
        await this.#rebuild(model, () => head).catch((cause) => this.#halt(model, cause));
      }
    }
    this.#progress.advance(
      Math.min(...this.#live().map((m) => this.#checkpointOf(m).sequence), head),
    );
    await this.#catchUp(head);
    this.#running = this.#follow();
  }

  /** Ends following after the batch under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await Promise.allSettled(this.#rebuilds.values());
    this.#progress.giveUp();
  }

  /** Resolves to true once every read model has applied the log up to `sequence`, to false when the wait is over first. */
  async reached(sequence: Sequence, waitMs = READ_YOUR_WRITES_WAIT_MS): Promise<boolean> {
    return (await this.#progress.wait(sequence, waitMs)) && this.#allLive();
  }

  /** Where each read model stands against the head of the log. */
  async status(): Promise<ProjectionStatus[]> {
    const head = await this.#parts.log.head();
    return this.#parts.models.map((model) => {
      const { sequence, status, error } = this.#checkpointOf(model);
      const lag =
        status === 'stopped' ? head - sequence : Math.max(0, head - this.#progress.reached);
      const checkpoint =
        status === 'stopped' ? sequence : Math.max(sequence, this.#progress.reached);
      return { name: this.#nameOf(model), checkpoint, lag, status, error: error ?? this.#trouble };
    });
  }

  /** The state hash of one read model; two that have applied the same events have the same. */
  async stateHash(name: string): Promise<{ sequence: Sequence; hash: string } | undefined> {
    const model = this.#find(name);
    if (!model) return undefined;
    return this.#inTurn(async () => ({
      sequence: Math.max(this.#checkpointOf(model).sequence, this.#progress.reached),
      hash: await this.#parts.store.stateHash(model, model.table),
    }));
  }

  /**
   * Fills a new table beside the old one from the whole log, then switches; asked twice at a time, it is done once.
   * Undefined when no read model has the name.
   */
  async rebuild(name: string): Promise<RebuildReport | undefined> {
    const model = this.#find(name);
    if (!model) return undefined;
    const running = this.#rebuilds.get(name);
    if (running) return running;
    const standing = (): Sequence =>
      Math.max(this.#progress.reached, this.#checkpointOf(model).sequence);
    const rebuild = this.#rebuild(model, standing).finally(() => this.#rebuilds.delete(name));
    this.#rebuilds.set(name, rebuild);
    return rebuild;
  }

  async #catchUp(head: Sequence): Promise<void> {
    const { log, follows: services, known } = this.#parts;
    while (this.#progress.reached < head && !this.#stop.signal.aborted) {
      const after = this.#progress.reached;
      const { events, through } = await readStretch(log, { after, services, known }, head);
      await this.#inTurn(() => this.#apply(events, through));
    }
  }

  /** Follows the log for as long as it runs; what the log or the database can't do now is tried again. */
  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#followOn(signal);
      } catch (cause) {
        this.#trouble = cause instanceof Error ? cause.message : String(cause);
        await rest(RETRY_AFTER_MS, signal);
      }
    }
  }

  async #followOn(signal: AbortSignal): Promise<void> {
    const { log, follows, known, onProjected } = this.#parts;
    const query = { after: this.#progress.reached, ...(follows && { services: follows }) };
    for await (const { commits, through } of log.follow(query, signal)) {
      const events = commits.flatMap((commit) => recordedEvents(commit, known));
      await this.#inTurn(() => this.#apply(events, through));
      this.#trouble = null;
      if (events.length > 0) onProjected?.(events);
    }
  }

  async #apply(events: readonly RecordedEvent[], through: Sequence): Promise<void> {
    const live = this.#live();
    try {
      const changes: RowChanges[] = [];
      for (const model of live) changes.push(await this.#fold(model, events, through));
      await this.#commit(changes);
    } catch (cause) {
      if (cause instanceof StoreUnavailableError) throw cause;
      // One by one, so that the read model that can't go on is the only one that stops.
      for (const model of live) await this.#applyAlone(model, events, through);
    }
    this.#progress.advance(through);
  }

  /** Applies commit after commit, so that a read model that stops has everything before the event that it stops at. */
  async #applyAlone(model: ReadModel, events: readonly RecordedEvent[], through: Sequence) {
    for (const { sequence, of } of commitsOf(events)) {
      try {
        await this.#commit([await this.#fold(model, of, sequence)]);
      } catch (cause) {
        if (cause instanceof StoreUnavailableError) throw cause;
        const isTold = cause instanceof ProjectionError;
        return this.#halt(model, isTold ? cause : new ProjectionError(model.table, of[0], cause));
      }
    }
    return this.#commit([await this.#fold(model, [], through)]);
  }

  async #halt(model: ReadModel, cause: unknown): Promise<void> {
    const error = cause instanceof Error ? cause.message : String(cause);
    this.#checkpoints.set(model.table, { ...this.#checkpointOf(model), status: 'stopped', error });
    this.#parts.onStopped?.(this.#nameOf(model), error);
    // If even that can't be written, the next start meets the same event and stops at it again.
    await this.#parts.store.stop(model, error).catch(() => undefined);
  }

  #fold(model: ReadModel, events: readonly RecordedEvent[], checkpoint: Sequence) {
    const { sequence } = this.#checkpointOf(model);
    // A redelivered event changes nothing: what is at or before the checkpoint has been applied.
    const news = events.filter((event) => event.sequence > sequence);
    return foldBatch(this.#parts.store, model, { table: model.table, checkpoint }, news);
  }

  async #commit(changes: readonly RowChanges[]): Promise<void> {
    const due = changes.filter(({ model, puts, deletes, checkpoint }) => {
      const ahead = checkpoint - this.#checkpointOf(model).sequence;
      // Events that change nothing here are only worth a write once there are many to skip after a restart.
      return ahead > 0 && (puts.length + deletes.length > 0 || ahead >= IDLE_COMMITS_MAX);
    });
    if (due.length === 0) return;
    await this.#parts.store.apply(due);
    for (const { model, checkpoint } of due) {
      this.#checkpoints.set(model.table, { ...fresh(model), sequence: checkpoint });
    }
  }

  /** `standing` tells how far the old table is, so that both are compared and switched at the same sequence. */
  async #rebuild(model: ReadModel, standing: () => Sequence): Promise<RebuildReport> {
    const { store } = this.#parts;
    const started = performance.now();
    const table = await store.createShadow(model);
    try {
      const shadow = new Shadow(this.#parts, model, this.#stop.signal);
      while (shadow.after < standing()) await shadow.fillTo(table, standing());
      // The last stretch and the switch happen with the live projection waiting.
      return await this.#inTurn(async () => {
        await shadow.fillTo(table, standing());
        const { after: sequence, events } = shadow;
        const hashBefore = await store.stateHash(model, model.table);
        await store.switchTo(model, table, sequence);
        this.#checkpoints.set(model.table, { ...fresh(model), sequence });
        const hashAfter = await store.stateHash(model, model.table);
        const durationMs = Math.round(performance.now() - started);
        return { name: this.#nameOf(model), sequence, events, durationMs, hashBefore, hashAfter };
      });
    } catch (cause) {
      await store.dropShadow(model).catch(() => undefined);
      throw cause;
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  #live = (): ReadModel[] =>
    this.#parts.models.filter((model) => this.#checkpointOf(model).status === 'live');

  #allLive = (): boolean => this.#live().length === this.#parts.models.length;

  #checkpointOf = (model: ReadModel): Checkpoint =>
    this.#checkpoints.get(model.table) ?? fresh(model);

  #nameOf = (model: ReadModel): string => `${this.#parts.service}.${model.table}`;

  #find = (name: string): ReadModel | undefined =>
    this.#parts.models.find((model) => this.#nameOf(model) === name);
}

const fresh = (model: ReadModel): Checkpoint => ({
  table: model.table,
  version: model.version,
  sequence: 0,
  status: 'live',
  error: null,
});

type Together = { sequence: Sequence; of: [RecordedEvent, ...RecordedEvent[]] };

/** Groups events that stand together in one commit. */
function commitsOf(events: readonly RecordedEvent[]): Together[] {
  const commits: Together[] = [];
  for (const event of events) {
    const last = commits.at(-1);
    if (last?.sequence === event.sequence) last.of.push(event);
    else commits.push({ sequence: event.sequence, of: [event] });
  }
  return commits;
}
