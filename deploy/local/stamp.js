// @ts-check
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * @typedef {object} Stamp what was there when the work was done
 * @property {string} quick hash over each file's path, size and time of change: cheap, may differ for no reason
 * @property {string} content hash over each file's path and content: slower, differs only for a reason
 */

/** @typedef {'fresh' | 'touched' | 'stale'} Freshness touched: other times, the same content */

/**
 * Decides whether work must be done again; asks for the content's hash only when the quick one differs.
 * @param {Partial<Stamp> | undefined} stamp what was kept, if any
 * @param {{ quick: () => string, content: () => string }} current
 * @returns {Freshness}
 */
export function freshness(stamp, current) {
  if (stamp === undefined) return 'stale';
  if (stamp.quick === current.quick()) return 'fresh';
  return stamp.content === current.content() ? 'touched' : 'stale';
}

/**
 * Lists the files below some paths that pass a filter, in a stable order.
 * @param {string} root
 * @param {string[]} paths files or folders in it; what is missing counts as empty
 * @param {(path: string) => boolean} isSource told each file's path from the root
 * @returns {string[]} paths from the root
 */
export function listSources(root, paths, isSource) {
  return paths
    .flatMap((path) => filesBelow(root, path))
    .filter(isSource)
    .sort();
}

/**
 * @param {string} root
 * @param {string} path
 * @returns {string[]}
 */
function filesBelow(root, path) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [path];
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => {
    const below = `${path}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(root, below) : [below];
  });
}

/**
 * @param {string} root
 * @param {string[]} files
 */
export function quickHash(root, files) {
  return sha256(
    files.map((file) => {
      const { size, mtimeMs } = statSync(join(root, file));
      return `${file}\0${size}\0${mtimeMs}`;
    }),
  );
}

/**
 * @param {string} root
 * @param {string[]} files
 */
export function contentHash(root, files) {
  return sha256(files.flatMap((file) => [file, sha256([readFileSync(join(root, file))])]));
}

/** @param {(string | Buffer)[]} parts */
export function sha256(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\n');
  return hash.digest('hex');
}

/**
 * Reads a stamp; one that is missing or broken is no stamp.
 * @param {string} path
 * @returns {Record<string, string> | undefined}
 */
export function readStamp(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Writes a stamp whole or not at all.
 * @param {string} path
 * @param {Record<string, string>} stamp
 */
export function writeStamp(path, stamp) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.draft`, JSON.stringify(stamp));
  renameSync(`${path}.draft`, path);
}

/**
 * Writes a stamp where that is possible: a folder that cannot be written costs the slower comparison
 * each time, and no more.
 * @param {string} path
 * @param {Record<string, string>} stamp
 */
export function keepStamp(path, stamp) {
  try {
    writeStamp(path, stamp);
  } catch (error) {
    if (!isUnwritable(error)) throw error;
  }
}

/** @param {unknown} error */
export function isUnwritable(error) {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
}
