// @ts-check
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupFailed } from './setup-failed.js';
import { isUnwritable } from './stamp.js';

// One process at a time changes node_modules and dist. A holder touches its file every
// HEARTBEAT_MS. It is given up for dead when the touches stop and none of its processes lives: a
// killed `npm start` leaves an npm behind that still writes, so that one is named in the file too.
// Process ids alone would not do, since two containers on one folder number theirs alike.

const HEARTBEAT_MS = 1_000;
const SILENT_MS_MAX = 5_000;
const SILENT_WITH_PROCESS_MS_MAX = 600_000;
const POLL_MS = 250;
const SETTLE_MS = 1_000;
const WAIT_MS_MAX = 1_200_000;

/** @typedef {{ token: string, pids: number[] }} Holder */
/** @typedef {{ holds: (pid: number) => void }} PrepareLock `holds` names a child that works on */

/**
 * Does the work while no other process prepares this folder; waits for one that does.
 * @template T
 * @param {string} path the lock file
 * @param {(lock: PrepareLock) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withPrepareLock(path, work) {
  /** @type {Holder} */
  const self = { token: randomUUID(), pids: [process.pid] };
  await take(path, self);
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS).unref();
  const release = () => {
    clearInterval(heartbeat);
    if (readHolder(path)?.token === self.token) rmSync(path, { force: true });
  };
  process.once('exit', release);
  try {
    return await work({ holds: (pid) => replace(path, { ...self, pids: [process.pid, pid] }) });
  } finally {
    process.off('exit', release);
    release();
  }
}

/**
 * @param {string} path
 * @param {Holder} self
 */
async function take(path, self) {
  const deadline = Date.now() + WAIT_MS_MAX;
  let told = false;
  while (!(await tryTake(path, self))) {
    if (!told) console.error('Another Sortie command is preparing this folder; waiting for it.');
    told = true;
    if (Date.now() > deadline) {
      throw new SetupFailed(
        `Another Sortie command has been preparing this folder for ${WAIT_MS_MAX / 60_000} minutes: stop it, or remove ${path} if none runs.`,
      );
    }
    await sleep(POLL_MS);
  }
}

/**
 * @param {string} path
 * @param {Holder} self
 */
async function tryTake(path, self) {
  if (create(path, self)) return true;
  if (!isAbandoned(path)) return false;
  // Two that both see it abandoned both replace it; after a moment, the last one's token stands.
  replace(path, self);
  await sleep(SETTLE_MS);
  return readHolder(path)?.token === self.token;
}

/**
 * @param {string} path
 * @param {Holder} self
 */
function create(path, self) {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, JSON.stringify(self), { flag: 'wx' });
    return true;
  } catch (error) {
    if (isUnwritable(error)) {
      throw new SetupFailed(
        `Sortie must be installed or built anew, and this folder cannot be written (${path}): run the command once as the user that owns the folder.`,
        { cause: error },
      );
    }
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} path */
function isAbandoned(path) {
  const silentMs = silence(path);
  if (silentMs === undefined || silentMs < SILENT_MS_MAX) return false;
  const living = readHolder(path)?.pids.some((pid) => pid !== process.pid && isAlive(pid)) ?? false;
  return !living || silentMs > SILENT_WITH_PROCESS_MS_MAX;
}

/** @param {string} path */
function silence(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/**
 * @param {string} path
 * @returns {Holder | undefined}
 */
function readHolder(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * @param {string} path
 * @param {Holder} holder
 */
function replace(path, holder) {
  const draft = `${path}.${holder.token}`;
  writeFileSync(draft, JSON.stringify(holder));
  renameSync(draft, path);
}

/** @param {string} path */
function touch(path) {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // Removed by hand: the next to come may take it.
  }
}
