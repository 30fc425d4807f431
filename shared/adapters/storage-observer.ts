/** One thing that a service did with its database. */
export type StorageOperation = Readonly<{
  service: string;
  /** A transaction is counted as one, apart from the reads and writes in it. */
  operation: 'read' | 'write' | 'transaction';
  /** The table that the statement names first; empty for a transaction. */
  table: string;
  seconds: number;
  ok: boolean;
}>;

/** Hears what is done with the databases of a process, as it happens. Must not throw and must not wait. */
export type StorageObserver = Readonly<{ onOperation: (operation: StorageOperation) => void }>;

/** The connections to Postgres that a process shares among its services. */
export type PoolFigures = Readonly<{ active: number; idle: number; waiting: number; max: number }>;

export type TableFigures = Readonly<{ table: string; rows: number; bytes: number }>;

/** How large a service's database is. `rows` and `bytes` are the database's own estimate where counting costs too much. */
export type DatabaseFigures = Readonly<{
  service: string;
  /** False when the database can't be reached; there are no sizes then. */
  open: boolean;
  bytes: number;
  tables: readonly TableFigures[];
}>;
