// @ts-check
import { aptAvailable, aptInstall } from './apt.js';
import { findMissing, packagesOf } from './programs.js';

/** @typedef {import('./programs.js').Need} Need */

/**
 * Provides the programs that are missing where it can: as root, with apt, unless
 * SORTIE_PROVISION=off.
 * @param {Need[]} needs
 * @returns {Promise<Need[]>} those that are still missing
 */
export async function provision(needs) {
  const missing = findMissing(needs);
  if (missing.length === 0 || !mayInstall()) return missing;
  const packages = packagesOf(missing);
  console.error(`Installing ${packages.join(', ')} with apt-get (once).`);
  const failure = await aptInstall(packages);
  if (failure !== undefined) console.error(failure);
  return findMissing(needs);
}

function mayInstall() {
  return process.env['SORTIE_PROVISION'] !== 'off' && aptAvailable();
}
