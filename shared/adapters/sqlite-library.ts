import { createRequire } from 'node:module';
import type Better from 'better-sqlite3';

// Two versions of one package, since no one of them runs on every Node.js that we take: 12 makes Node 24 abort, 13
// needs Node 22, and npm leaves it out where it does not fit (decision 0009).
const [major = 0] = process.versions.node.split('.').map(Number);

/** The name under which the version for this Node.js is installed. */
export const SQLITE_PACKAGE = major >= 22 ? 'better-sqlite3-13' : 'better-sqlite3';

/** The SQLite library, in the version for this Node.js. */
export const Database = createRequire(import.meta.url)(SQLITE_PACKAGE) as typeof Better;

/** One open SQLite file. */
export type SqliteConnection = Better.Database;

/** A statement that was prepared, with what it takes and what a row of it holds. */
export type SqliteStatement<Bound extends unknown[] = unknown[], Row = unknown> = Better.Statement<
  Bound,
  Row
>;
