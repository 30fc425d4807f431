import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { CompiledQuery } from 'kysely';
import { sqliteError } from './sqlite-errors.js';
import { SQLITE_PACKAGE, type SqliteConnection } from './sqlite-library.js';

const THREAD = new URL('./sqlite-thread.js', import.meta.url);

/** What an index of many rows is sorted in (64 MB) before the disk is used; it is given back with the thread. */
const CACHE_KIB = 64_000;

/** A statement and the values of its places. */
export type SqliteWork = Pick<CompiledQuery, 'sql' | 'parameters'>;

/**
 * Runs statements in one transaction on a connection and in a thread of their own, so that the process goes on with
 * other work and its readers see what was there before. Whoever calls it keeps other writers of the file waiting.
 * Errors: StoreUnavailableError, and SQLite's own.
 */
export async function transactionInThread(
  db: SqliteConnection,
  statements: readonly SqliteWork[],
): Promise<void> {
  const busyTimeoutMs = db.pragma('busy_timeout', { simple: true }) as number;
  const pragmas = [
    `busy_timeout = ${busyTimeoutMs}`,
    'synchronous = NORMAL',
    `cache_size = -${CACHE_KIB}`,
  ];
  const workerData = { library: SQLITE_PACKAGE, path: db.name, pragmas, statements };
  const thread = new Worker(THREAD, { workerData, execArgv: [] });
  const [failure] = (await once(thread, 'message')) as [Failure | undefined];
  if (failure) throw sqliteError(Object.assign(new Error(failure.message), failure));
}

type Failure = { message: string; code: string };
