import type { Sequence } from './commit.js';
import type { EventLog } from './event-log.js';
import { foldBatch } from './fold-batch.js';
import type { ReadModel } from './read-model.js';
import type { ReadModelStore } from './read-model-store.js';
import { readStretch } from './stretch.js';

type Source = Readonly<{
  log: EventLog;
  store: ReadModelStore;
  follows?: readonly string[];
  known?: ReadonlySet<string>;
}>;

/** A read model's new table while it is filled from the log beside the old one. */
export class Shadow {
  readonly #source: Source;
  readonly #model: ReadModel;
  readonly #signal: AbortSignal;
  #after: Sequence = 0;
  #events = 0;

  constructor(source: Source, model: ReadModel, signal: AbortSignal) {
    this.#source = source;
    this.#model = model;
    this.#signal = signal;
  }

  /** The sequence up to which it is filled. */
  get after(): Sequence {
    return this.#after;
  }

  /** How many events it was filled from. */
  get events(): number {
    return this.#events;
  }

  /** Goes on to `target` and never past it, so that it can be compared with the old table. Lets other work run in between. */
  async fillTo(table: string, target: Sequence): Promise<void> {
    const { log, store, follows: services, known } = this.#source;
    while (this.#after < target) {
      if (this.#signal.aborted) throw new Error('The rebuild ends with its service.');
      const after = this.#after;
      const { events, through } = await readStretch(log, { after, services, known }, target);
      const to = { table, checkpoint: through };
      await store.apply([await foldBatch(store, this.#model, to, events)]);
      this.#after = through;
      this.#events += events.length;
    }
  }
}
