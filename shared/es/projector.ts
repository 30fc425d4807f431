import type { RecordedEvent, Sequence } from './commit.js';
import type { EventLog } from './event-log.js';
import { foldBatch } from './fold-batch.js';
import type { ReadModel } from './read-model.js';
import type { Checkpoint, ReadModelStore, RowChanges } from './read-model-store.js';
import { recordedEvents } from './recorded-events.js';

/** How long a command's reply waits for the read models of its own service. */
export const READ_YOUR_WRITES_WAIT_MS = 2_000;

/** Commits that change none of a read model's rows before its checkpoint is written all the same. */
const IDLE_COMMITS_MAX = 1_000;

export type RebuildReport = Readonly<{
  name: string;
  sequence: Sequence;
  events: number;
  durationMs: number;
  hashBefore: string;
  hashAfter: string;
}>;

export type ProjectionStatus = Readonly<{
  name: string;
  checkpoint: Sequence;
  lag: number;
  status: Checkpoint['status'];
  error: string | null;
}>;

type Parts = Readonly<{
  /** Name of the service; read models are called `<service>.<table>` outside of it. */
  service: string;
  log: EventLog;
  store: ReadModelStore;
  models: readonly ReadModel[];
  /** The services whose events it follows; all when absent. */
  follows?: readonly string[];
  /** Hears every batch once its rows are visible. Must not throw. */
  onProjected?: (events: readonly RecordedEvent[]) => void;
  /** Told when a read model stops at an event that it can't apply. */
  onStopped?: (name: string, error: string) => void;
}>;

type Waiter = Readonly<{ sequence: Sequence; resolve: (reached: boolean) => void }>;

/** Keeps a service's read models up to date with the log, one batch and one transaction at a time. */
export class Projector {
  readonly #parts: Parts;
  readonly #stop = new AbortController();
  #checkpoints = new Map<string, Checkpoint>();
  #waiters = new Set<Waiter>();
  #reached: Sequence = 0;
  #running: Promise<void> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Catches up with the log, rebuilding what has changed its version, then follows it. Resolves when all read models have reached the head of now. */
  async start(): Promise<void> {
    const { log, store, models } = this.#parts;
    const known = new Map((await store.checkpoints()).map((c) => [c.table, c]));
    const head = await log.head();
    for (const model of models) {
      const checkpoint = known.get(model.table) ?? fresh(model);
      this.#checkpoints.set(model.table, checkpoint);
      const ahead = checkpoint.sequence > head;
      // A checkpoint past the head belongs to another log: a restored one, or another data folder.
      if (ahead || checkpoint.version !== model.version || checkpoint.status === 'stopped') {
        await this.#rebuild(model).catch((cause: unknown) => this.#halt(model, cause));
      }
    }
    this.#reached = Math.min(...this.#live().map((m) => this.#checkpointOf(m).sequence), head);
    this.#running = this.#follow();
    await this.reached(head, Number.POSITIVE_INFINITY);
  }

  /** Ends following after the batch under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    for (const { resolve } of this.#waiters) resolve(false);
  }

  /** Resolves to true once every read model has applied the log up to `sequence`, to false when the wait is over first. */
  async reached(sequence: Sequence, waitMs = READ_YOUR_WRITES_WAIT_MS): Promise<boolean> {
    if (this.#reached >= sequence) return this.#allLive();
    return new Promise((resolve) => {
      const waiter: Waiter = { sequence, resolve: (reached) => finish(reached) };
      const timer =
        waitMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => finish(false), waitMs);
      const finish = (reached: boolean): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve(reached);
      };
      this.#waiters.add(waiter);
    });
  }

  /** Where each read model stands against the head of the log. */
  async status(): Promise<ProjectionStatus[]> {
    const head = await this.#parts.log.head();
    return this.#parts.models.map((model) => {
      const { sequence, status, error } = this.#checkpointOf(model);
      const lag = status === 'stopped' ? head - sequence : Math.max(0, head - this.#reached);
      const checkpoint = status === 'stopped' ? sequence : Math.max(sequence, this.#reached);
      return { name: this.#nameOf(model), checkpoint, lag, status, error };
    });
  }

  /** The state hash of one read model; two that have applied the same events have the same. */
  async stateHash(name: string): Promise<{ sequence: Sequence; hash: string } | undefined> {
    const model = this.#find(name);
    if (!model) return undefined;
    return this.#inTurn(async () => ({
      sequence: Math.max(this.#checkpointOf(model).sequence, this.#reached),
      hash: await this.#parts.store.stateHash(model, model.table),
    }));
  }

  /** Fills a new table beside the old one from the whole log, then switches. Undefined when no read model has the name. */
  async rebuild(name: string): Promise<RebuildReport | undefined> {
    const model = this.#find(name);
    return model && this.#rebuild(model);
  }

  async #follow(): Promise<void> {
    const { log, follows } = this.#parts;
    const query = { after: this.#reached, ...(follows && { services: follows }) };
    for await (const { commits, through } of log.follow(query, this.#stop.signal)) {
      const events = commits.flatMap(recordedEvents);
      await this.#inTurn(() => this.#apply(events, through));
      if (events.length > 0) this.#parts.onProjected?.(events);
    }
  }

  async #apply(events: readonly RecordedEvent[], through: Sequence): Promise<void> {
    const live = this.#live();
    try {
      const changes: RowChanges[] = [];
      for (const model of live) changes.push(await this.#fold(model, model.table, events, through));
      await this.#commit(changes);
    } catch {
      // One by one, so that the read model that can't go on is the only one that stops.
      for (const model of live) await this.#applyAlone(model, events, through);
    }
    this.#advance(through);
  }

  async #applyAlone(model: ReadModel, events: readonly RecordedEvent[], through: Sequence) {
    try {
      await this.#commit([await this.#fold(model, model.table, events, through)]);
    } catch (cause) {
      await this.#halt(model, cause);
    }
  }

  async #halt(model: ReadModel, cause: unknown): Promise<void> {
    const error = cause instanceof Error ? cause.message : String(cause);
    this.#checkpoints.set(model.table, { ...this.#checkpointOf(model), status: 'stopped', error });
    await this.#parts.store.stop(model, error);
    this.#parts.onStopped?.(this.#nameOf(model), error);
  }

  #fold(model: ReadModel, table: string, events: readonly RecordedEvent[], checkpoint: Sequence) {
    const { sequence } = this.#checkpointOf(model);
    // A redelivered event changes nothing: what is at or before the checkpoint has been applied.
    const news = table === model.table ? events.filter((e) => e.sequence > sequence) : events;
    return foldBatch(this.#parts.store, model, { table, checkpoint }, news);
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
      const { version } = model;
      const moved = { version, sequence: checkpoint, status: 'live' as const, error: null };
      this.#checkpoints.set(model.table, { table: model.table, ...moved });
    }
  }

  async #rebuild(model: ReadModel): Promise<RebuildReport> {
    const { store, log } = this.#parts;
    const started = performance.now();
    const shadow = await store.createShadow(model);
    const progress = { after: 0, events: 0 };
    while (progress.after < (await log.head())) await this.#fill(model, shadow, progress);
    // The last stretch and the switch happen with the live projection waiting, so both stand at the same sequence.
    return this.#inTurn(async () => {
      const target = Math.max(this.#reached, this.#checkpointOf(model).sequence);
      while (progress.after < target) await this.#fill(model, shadow, progress);
      const hashBefore = await store.stateHash(model, model.table);
      await store.switchTo(model, shadow, progress.after);
      const hashAfter = await store.stateHash(model, model.table);
      this.#checkpoints.set(model.table, { ...fresh(model), sequence: progress.after });
      const durationMs = Math.round(performance.now() - started);
      const { after: sequence, events } = progress;
      return { name: this.#nameOf(model), sequence, events, durationMs, hashBefore, hashAfter };
    });
  }

  async #fill(model: ReadModel, shadow: string, progress: { after: Sequence; events: number }) {
    const { log, store, follows } = this.#parts;
    const query = { after: progress.after, ...(follows && { services: follows }) };
    const { commits, through } = await log.read(query);
    const events = commits.flatMap(recordedEvents);
    await store.apply([await this.#fold(model, shadow, events, through)]);
    progress.after = through;
    progress.events += events.length;
    await new Promise((resolve) => setImmediate(resolve));
  }

  #advance(through: Sequence): void {
    this.#reached = Math.max(this.#reached, through);
    for (const waiter of this.#waiters)
      if (waiter.sequence <= through) waiter.resolve(this.#allLive());
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
