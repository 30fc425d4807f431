// @ts-check
import { fileURLToPath } from 'node:url';
import { build, buildNeeded } from './build.js';
import { install, installNeeded } from './install.js';
import { withPrepareLock } from './prepare-lock.js';

/** The folder of package.json. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LOCK = `${ROOT}data/prepare.lock`;

/**
 * Brings node_modules and dist up to date. When they are, as nearly always, it costs a few
 * milliseconds and takes no lock.
 */
export async function prepare() {
  if (!installNeeded(ROOT) && !buildNeeded(ROOT)) return;
  await withPrepareLock(LOCK, async (lock) => {
    if (installNeeded(ROOT)) await install(ROOT, lock.holds);
    if (buildNeeded(ROOT)) await build(ROOT, lock.holds);
  });
}
