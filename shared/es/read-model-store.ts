import type { Sequence } from './commit.js';
import type { Lease } from './lease.js';
import type { ReadModel, Row } from './read-model.js';

/** How far a read model has come. `stopped` means that an event could not be applied; `error` says which and why. */
export type Checkpoint = Readonly<{
  table: string;
  version: number;
  sequence: Sequence;
  status: 'live' | 'stopped';
  error: string | null;
}>;

/** What one batch changes in one table: rows to put in by key, and keys to delete. */
export type RowChanges = Readonly<{
  model: ReadModel;
  /** Where the rows go: the model's table, or its shadow while it is rebuilt. */
  table: string;
  puts: readonly Row[];
  deletes: readonly string[];
  /** Of a journal: rows up to this sequence go, once the new ones are in. */
  leaving?: Sequence;
  checkpoint: Sequence;
}>;

/** The database can't take or give anything now (disk full, file busy); the message says why. Trying again later may work. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/** Another replica writes the read models now; what was to be written was not. */
export class LeadershipLostError extends Error {
  override readonly name = 'LeadershipLostError';
}

/**
 * Port to the database of one service's read models, which all replicas of the service share. One of them leads: it
 * alone writes. Errors of every method: {@link StoreUnavailableError}; of those that write: {@link LeadershipLostError}.
 */
export interface ReadModelStore {
  /** The right to write, which a write checks in its own transaction. */
  readonly leadership: Lease;
  /** The id of the log that the rows were made from; undefined before there was one. */
  logId(): Promise<string | undefined>;
  /** Says that the rows are made from the log of that id from now on. */
  saveLogId(id: string): Promise<void>;
  checkpoints(): Promise<readonly Checkpoint[]>;
  /** Rows by key, from the model's table or its shadow; missing ones are left out. */
  rows(model: ReadModel, table: string, keys: readonly string[]): Promise<readonly Row[]>;
  /** Writes the changes and their checkpoints in one transaction. */
  apply(changes: readonly RowChanges[]): Promise<void>;
  /** Marks a read model as stopped, with the reason. */
  stop(model: ReadModel, error: string): Promise<void>;
  /** Makes an empty copy of the model's table beside it and returns its name. */
  createShadow(model: ReadModel): Promise<string>;
  /** Puts the shadow in the table's place, with its checkpoint, in one transaction: readers see the old rows or the new. */
  switchTo(model: ReadModel, shadow: string, sequence: Sequence): Promise<void>;
  dropShadow(model: ReadModel): Promise<void>;
  /** SHA-256 over all rows in key order, as hexadecimal digits. */
  stateHash(model: ReadModel, table: string): Promise<string>;
  close(): Promise<void>;
}
