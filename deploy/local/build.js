// @ts-check
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runNpm } from './npm.js';
import { lastLines } from './quiet-command.js';
import { SetupFailed } from './setup-failed.js';
import { contentHash, freshness, listSources, quickHash } from './stamp.js';
import { keepStamp, readStamp, writeStamp } from './stamp.js';

const FOLDERS = ['services', 'shared', 'deploy'];
const FILES = ['package.json', 'package-lock.json'];

/** The file that `npm start` runs; the build made it. */
export const SERVER = 'dist/services/main.js';
const STAMP = 'dist/.build-stamp.json';

/**
 * Tells whether dist/ lags behind its sources.
 * @param {string} root
 */
export function buildNeeded(root) {
  if (!existsSync(join(root, SERVER))) return true;
  const files = sources(root);
  const current = {
    quick: () => quickHash(root, files),
    content: () => contentHash(root, files),
  };
  const stamp = readStamp(join(root, STAMP));
  const found = freshness(stamp, current);
  if (found === 'touched') {
    keepStamp(join(root, STAMP), { ...stamp, quick: current.quick() });
  }
  return found === 'stale';
}

/**
 * Builds dist/ anew; the stamp is of the sources as they were before, and only a whole build has one.
 * @param {string} root
 * @param {(pid: number) => void} onStart told the process that works
 */
export async function build(root, onStart) {
  const files = sources(root);
  const stamp = { quick: quickHash(root, files), content: contentHash(root, files) };
  console.error('Building Sortie (only after a change).');
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const { code, output } = await runNpm(['run', 'build'], {
    doing: 'building',
    cwd: root,
    onStart,
  });
  if (code !== 0) {
    throw new SetupFailed(
      `${lastLines(output, 40)}\n\nThe build failed (\`npm run build\`, exit code ${code}): mend what is said above, or go back to a released version, and run the command again.`,
    );
  }
  writeStamp(join(root, STAMP), stamp);
}

/** @param {string} root */
function sources(root) {
  const configs = readdirSync(root).filter((name) => /^tsconfig.*\.json$/.test(name));
  return listSources(root, [...FOLDERS, ...FILES, ...configs], isSource);
}

/** @param {string} path */
export function isSource(path) {
  return !/\.spec\.[jt]sx?$|\.md$/.test(path);
}
