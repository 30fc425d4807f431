import type { Message } from './decider.js';
import type { RecordedEvent, Sequence } from './commit.js';

export type SqlValue = string | number | null;
export type Row = Readonly<Record<string, SqlValue>>;

/**
 * A table that can be thrown away and rebuilt from the log. `project` is pure: the row before, one event, the row
 * after (undefined deletes it). Tables that hold one row an event never need the row before.
 */
export type ReadModel = Readonly<{
  table: string;
  /** Raise it when the rows would come out differently: the next start rebuilds the table. */
  version: number;
  /** The key column; rows of a journal are numbered by it in log order. */
  key: string;
  kind: 'rows' | 'journal';
  /** The service whose events it is made of: it never sees another's. Those of all that its service follows when absent. */
  of?: string;
  /** What becomes of an event that only a newer version of Sortie can read: it is handed in, instead of stopping the read model. */
  newer?: 'kept';
  /** Keys of the rows that an event changes. */
  keysOf: (event: RecordedEvent) => readonly string[];
  project: (row: Row | undefined, event: RecordedEvent, key: string) => Row | undefined;
  /** Of a journal whose rows have their `sequence`: up to which one rows leave it at an event, never that event's own. */
  leavesAt?: (event: RecordedEvent) => Sequence | undefined;
  /** Takes the place of `keysOf` and `project` where a row depends on other rows of the table. */
  folding?: Folding;
}>;

/** Folds all events of a stretch at once. Pure, and the same however the log is cut into stretches. */
export type Folding = Readonly<{
  /** Keys of the rows that it goes on from. */
  needs: readonly string[];
  /** And of those that only the events tell. */
  needsOf?: (events: readonly RecordedEvent[]) => readonly string[];
  /** The rows to put in, given those that it needs, as far as there are any yet, and whole commits in log order. */
  fold: (rows: ReadonlyMap<string, Row>, events: readonly RecordedEvent[]) => readonly Row[];
}>;

type RowModel<E extends Message, R extends Row> = Readonly<{
  table: string;
  version: number;
  key: keyof R & string;
  of?: string;
  newer?: 'kept';
  keysOf: (event: RecordedEvent<E>) => readonly string[];
  project: (row: R | undefined, event: RecordedEvent<E>, key: string) => R | undefined;
}>;

/** Declares a read model with one row a thing. `E` names the events of the service that the projector hands in. */
export const rowModel = <E extends Message, R extends Row>(model: RowModel<E, R>): ReadModel =>
  ({ kind: 'rows', ...model }) as unknown as ReadModel;

/** Declares a read model whose rows depend on each other. */
export const foldedModel = (
  model: Pick<ReadModel, 'table' | 'version' | 'key' | 'of' | 'newer'> & { folding: Folding },
): ReadModel => ({ kind: 'rows', keysOf: () => [], project: (row) => row, ...model });

type Journal<E extends Message, R extends Row> = Readonly<{
  table: string;
  version: number;
  newer?: 'kept';
  /** Up to which sequence rows leave the journal at an event. */
  leavesAt?: (event: RecordedEvent<E>) => Sequence | undefined;
  /** The row that an event leaves behind, without its number; undefined for none. */
  rowOf: (event: RecordedEvent<E>) => R | undefined;
}>;

/** Declares a read model with one row an event, numbered in log order in the column `id`. */
export const journal = <E extends Message, R extends Row>({
  rowOf,
  leavesAt,
  ...model
}: Journal<E, R>): ReadModel => ({
  ...model,
  ...(leavesAt && { leavesAt: (event) => leavesAt(event as RecordedEvent<E>) }),
  kind: 'journal',
  key: 'id',
  keysOf: (event) => [`${event.sequence}.${event.index}`],
  project: (_, event) => rowOf(event as RecordedEvent<E>),
});
