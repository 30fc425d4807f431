import type { RecordedEvent, Sequence } from './commit.js';
import { type EventLog, LogUnavailableError } from './event-log.js';
import { foldBatch, ProjectionError } from './fold-batch.js';
import type { RebuildReport } from './projection-status.js';
import type { ReadModel } from './read-model.js';
import {
  type Checkpoint,
  LeadershipLostError,
  type ReadModelStore,
  type RowChanges,
  StoreUnavailableError,
} from './read-model-store.js';
import { Shadow } from './shadow.js';

/** Commits that change none of a read model's rows before its checkpoint is written all the same. */
const IDLE_COMMITS_MAX = 1_000;

/** What read models are made of and from. */
export type ProjectionParts = Readonly<{
  /** Name of the service; read models are called `<service>.<table>` outside of it. */
  service: string;
  log: EventLog;
  store: ReadModelStore;
  models: readonly ReadModel[];
  /** The services whose events it follows; all when absent. */
  follows?: readonly string[];
  /** The types of their events; another one was written by a newer Sortie and stops the read models. */
  known?: ReadonlySet<string>;
  /** Told when a read model stops at an event that it can't apply. */
  onStopped?: (name: string, error: string) => void;
}>;

/** The name of a read model outside of its service: `<service>.<table>`. */
export const nameOf = ({ service }: Pick<ProjectionParts, 'service'>, model: ReadModel): string =>
  `${service}.${model.table}`;

/** Writes a service's read models, one batch and one transaction at a time. Errors of what writes: {@link StoreUnavailableError}, {@link LeadershipLostError}. */
export class ProjectionWriter {
  readonly #parts: ProjectionParts;
  readonly #signal: AbortSignal;
  #checkpoints = new Map<string, Checkpoint>();
  readonly #tried = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();

  /** The signal ends a rebuild under way. */
  constructor(parts: ProjectionParts, signal: AbortSignal) {
    this.#parts = parts;
    this.#signal = signal;
  }

  /** Reads the checkpoints that the database has: nothing that a write left unsaid is then guessed. */
  async load(): Promise<void> {
    this.#checkpoints = new Map((await this.#parts.store.checkpoints()).map((c) => [c.table, c]));
  }

  checkpointOf(model: ReadModel): Checkpoint {
    return this.#checkpoints.get(model.table) ?? fresh(model);
  }

  /** The read models that follow the log. */
  live(): ReadModel[] {
    return this.#parts.models.filter((model) => this.checkpointOf(model).status === 'live');
  }

  get allLive(): boolean {
    return this.live().length === this.#parts.models.length;
  }

  /** The sequence up to which every live read model has been written; `unless` when there is none. */
  writtenTo(unless: Sequence): Sequence {
    return Math.min(...this.live().map((model) => this.checkpointOf(model).sequence), unless);
  }

  /** Throws if the rows were made from another log: whoever leads there is another Sortie, or has still to rebuild them. */
  async requireLog(): Promise<void> {
    const logId = await this.#parts.store.logId();
    if (logId === undefined || logId === this.#parts.log.id) return;
    throw new Error(
      `The read models of ${this.#parts.service} are made from another event log (${logId}) by a process that runs; give this Sortie a database of its own.`,
    );
  }

  /** Rebuilds what can't be gone on with: made from another log, by another version, or stopped at an event (tried once a process). */
  async mend(head: Sequence): Promise<void> {
    const { log, store, models } = this.#parts;
    const logId = await store.logId();
    const isOtherLog = logId !== undefined && logId !== log.id;
    for (const model of models) {
      const { sequence, version, status } = this.checkpointOf(model);
      // A checkpoint past the head belongs to an older copy of the log than the one that is there now.
      const isForeign = isOtherLog || sequence > head;
      if (isForeign) this.#checkpoints.set(model.table, { ...fresh(model), status });
      const isStopped = status === 'stopped' && !this.#tried.has(model.table);
      if (isForeign || version !== model.version || isStopped) {
        this.#tried.add(model.table);
        await this.rebuild(model, () => head).catch((cause) => this.#haltUnlessAway(model, cause));
      }
    }
    if (logId !== log.id) await store.saveLogId(log.id);
  }

  /** Applies events up to `through`. A read model that can't apply one stops alone, with everything before it applied. */
  async apply(events: readonly RecordedEvent[], through: Sequence): Promise<void> {
    return this.inTurn(async () => {
      const live = this.live();
      try {
        const changes: RowChanges[] = [];
        for (const model of live) changes.push(await this.#fold(model, events, through));
        await this.#commit(changes, events.length > 0);
      } catch (cause) {
        if (isAway(cause)) throw cause;
        // One by one, so that the read model that can't go on is the only one that stops.
        for (const model of live) await this.#applyAlone(model, events, through);
      }
    });
  }

  /** Fills a new table from the log and puts it in the old one's place. `standing` tells how far the old one is, so that both are compared and switched at the same sequence. */
  async rebuild(model: ReadModel, standing: () => Sequence): Promise<RebuildReport> {
    const { store } = this.#parts;
    const started = performance.now();
    const table = await store.createShadow(model);
    try {
      const shadow = new Shadow(this.#parts, model, this.#signal);
      while (shadow.after < standing()) await shadow.fillTo(table, standing());
      // The last stretch and the switch happen with the live projection waiting.
      return await this.inTurn(async () => {
        await shadow.fillTo(table, standing());
        const { after: sequence, events } = shadow;
        const hashBefore = await store.stateHash(model, model.table);
        await store.switchTo(model, table, sequence);
        this.#checkpoints.set(model.table, { ...fresh(model), sequence });
        const hashAfter = await store.stateHash(model, model.table);
        const durationMs = Math.round(performance.now() - started);
        const name = nameOf(this.#parts, model);
        return { name, sequence, events, durationMs, hashBefore, hashAfter };
      });
    } catch (cause) {
      await store.dropShadow(model).catch(() => undefined);
      throw cause;
    }
  }

  /** Runs `work` while nothing is written. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Applies commit after commit, so that a read model that stops has everything before the event that it stops at. */
  async #applyAlone(model: ReadModel, events: readonly RecordedEvent[], through: Sequence) {
    for (const { sequence, of } of commitsOf(events)) {
      try {
        await this.#commit([await this.#fold(model, of, sequence)], true);
      } catch (cause) {
        if (isAway(cause)) throw cause;
        const isTold = cause instanceof ProjectionError;
        return this.#halt(model, isTold ? cause : new ProjectionError(model.table, of[0], cause));
      }
    }
    return this.#commit([await this.#fold(model, [], through)], false);
  }

  #haltUnlessAway(model: ReadModel, cause: unknown): Promise<void> {
    if (isAway(cause)) throw cause;
    return this.#halt(model, cause);
  }

  async #halt(model: ReadModel, cause: unknown): Promise<void> {
    const error = cause instanceof Error ? cause.message : String(cause);
    this.#checkpoints.set(model.table, { ...this.checkpointOf(model), status: 'stopped', error });
    this.#parts.onStopped?.(nameOf(this.#parts, model), error);
    // If even that can't be written, the next start meets the same event and stops at it again.
    await this.#parts.store.stop(model, error).catch(() => undefined);
  }

  #fold(model: ReadModel, events: readonly RecordedEvent[], checkpoint: Sequence) {
    const { sequence } = this.checkpointOf(model);
    // A redelivered event changes nothing: what is at or before the checkpoint has been applied.
    const news = events.filter((event) => event.sequence > sequence);
    return foldBatch(this.#parts.store, model, { table: model.table, checkpoint }, news);
  }

  /** With events, every checkpoint moves: the other replicas read there how far this one is. */
  async #commit(changes: readonly RowChanges[], hasEvents: boolean): Promise<void> {
    const due = changes.filter(({ model, checkpoint }) => {
      const ahead = checkpoint - this.checkpointOf(model).sequence;
      // Commits of other services are only worth a write once there are many to skip after a restart.
      return ahead > 0 && (hasEvents || ahead >= IDLE_COMMITS_MAX);
    });
    if (due.length === 0) return;
    await this.#parts.store.apply(due);
    for (const { model, checkpoint } of due) {
      this.#checkpoints.set(model.table, { ...fresh(model), sequence: checkpoint });
    }
  }
}

/** What passes, or is another replica's business now, says nothing about the events. */
const isAway = (cause: unknown): boolean =>
  cause instanceof StoreUnavailableError ||
  cause instanceof LeadershipLostError ||
  cause instanceof LogUnavailableError;

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
