// @ts-check
// The thread of sqlite-thread-transaction.ts. JavaScript, because a thread is given a file that Node.js runs as it is.
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * @typedef {object} Work
 * @property {string} library the package with the SQLite library
 * @property {string} path of the file
 * @property {readonly string[]} pragmas
 * @property {readonly { sql: string, parameters: readonly unknown[] }[]} statements
 */

const { library, path, pragmas, statements } = /** @type {Work} */ (workerData);

/** @returns {{ message: string, code: string } | undefined} what went wrong */
function run() {
  const Database = createRequire(import.meta.url)(library);
  const db = new Database(path, { fileMustExist: true });
  try {
    for (const pragma of pragmas) db.pragma(pragma);
    const all = db.transaction(() => {
      for (const { sql, parameters } of statements) db.prepare(sql).run(...parameters);
    });
    all.immediate();
    return undefined;
  } catch (cause) {
    const { message, code } = /** @type {Error & { code?: string }} */ (cause);
    return { message, code: code ?? '' };
  } finally {
    db.close();
  }
}

parentPort?.postMessage(run());
