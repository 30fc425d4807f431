// @ts-check
import { readdirSync } from 'node:fs';
import { isOnPath } from './programs.js';
import { lastLines, runQuietly } from './quiet-command.js';

const LISTS = '/var/lib/apt/lists';
const ENV = { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'l' };
// --no-remove: a machine's own packages are never taken away for Sortie's.
const INSTALL = ['install', '-y', '--no-install-recommends', '--no-remove'];
const OPTIONS = [
  '-o',
  'DPkg::Lock::Timeout=300',
  '-o',
  'Dpkg::Options::=--force-confold',
  '-o',
  'Acquire::Retries=2',
];

/** Tells whether this process may install packages: it asks for no password. */
export function aptAvailable() {
  return process.getuid?.() === 0 && isOnPath('apt-get');
}

/**
 * Installs Debian packages, fetching the package lists first only when they are missing or old.
 * @param {string[]} packages
 * @returns {Promise<string | undefined>} what went wrong, if anything
 */
export async function aptInstall(packages) {
  const fetched = hasLists() ? undefined : await apt(['update']);
  const first = await apt([...INSTALL, ...packages]);
  if (first.code === 0) return undefined;
  if (fetched !== undefined) return failure(packages, first);
  // Lists that are there may name versions that the mirror has replaced since.
  await apt(['update']);
  const second = await apt([...INSTALL, ...packages]);
  return second.code === 0 ? undefined : failure(packages, second);
}

/** @param {string[]} args */
function apt(args) {
  return runQuietly('apt-get', [...OPTIONS, ...args], { doing: 'installing packages', env: ENV });
}

function hasLists() {
  try {
    return readdirSync(LISTS).some((name) => /_Packages(\.\w+)?$/.test(name));
  } catch {
    return false;
  }
}

/**
 * @param {string[]} packages
 * @param {{ code: number, output: string }} result
 */
function failure(packages, { code, output }) {
  return `${lastLines(output, 8)}\napt-get could not install ${packages.join(', ')} (exit code ${code}).`;
}
