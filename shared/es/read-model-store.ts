import type { Sequence } from './commit.js';
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
  checkpoint: Sequence;
}>;

/** The database can't take or give anything now (disk full, file busy); the message says why. Trying again later may work. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/** Port to the database of one service's read models. Errors of every method: {@link StoreUnavailableError}. */
export interface ReadModelStore {
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
