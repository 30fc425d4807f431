// @ts-check
import { accessSync, constants, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { aptAvailable, aptInstall } from './apt.js';

const VARIABLE = 'SORTIE_TEST_POSTGRES_BIN';
const PACKAGE = 'postgresql';
const PROGRAMS = ['initdb', 'postgres', 'pg_basebackup'];
/** Debian keeps what runs a server in a folder a version, off PATH. */
const DEBIAN = '/usr/lib/postgresql';
/** Read by the package before it would make a server of its own and start it on port 5432. */
const NO_CLUSTER = '/etc/postgresql-common/createcluster.d/sortie-tests.conf';

/**
 * Finds the folder of PostgreSQL's programs: the one that SORTIE_TEST_POSTGRES_BIN names, else one on
 * PATH, else the newest of Debian's.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {string} [debian]
 * @returns {string | undefined}
 */
export function findPostgres(env = process.env, debian = DEBIAN) {
  const named = env[VARIABLE];
  const onPath = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const folders = named ? [named] : [...onPath, ...debianFolders(debian)];
  // Links on PATH may lead to some of the programs and not to others.
  return folders.find((folder) => PROGRAMS.every((program) => isProgram(join(folder, program))));
}

/**
 * Installs PostgreSQL where it is missing and that can be done: as root, with apt, unless
 * SORTIE_PROVISION=off. No server is left running.
 * @returns {Promise<string | undefined>} what is missing still and how to get it, in words
 */
export async function providePostgres() {
  if (findPostgres() !== undefined) return undefined;
  if (process.env['SORTIE_PROVISION'] !== 'off' && aptAvailable()) {
    console.error(`Installing ${PACKAGE} with apt-get for the tests (once).`);
    const failure = await withoutCluster(() => aptInstall([PACKAGE]));
    if (failure !== undefined) console.error(failure);
  }
  return findPostgres() === undefined ? missingSentence(process.env) : undefined;
}

/**
 * Says what the tests lack and what for.
 * @param {NodeJS.ProcessEnv} env
 */
export function missingSentence(env) {
  const named = env[VARIABLE];
  const where = named ? `in ${named}, which ${VARIABLE} names` : 'on PATH';
  return `The tests need ${PROGRAMS.slice(0, -1).join(', ')} and ${PROGRAMS.at(-1)} ${where}: they run Sortie's read models on a real PostgreSQL. On Debian or Ubuntu, as root: apt-get install --no-install-recommends ${PACKAGE}; elsewhere have ${VARIABLE} name their folder.`;
}

/**
 * @template T
 * @param {() => Promise<T>} install
 */
async function withoutCluster(install) {
  if (existsSync(NO_CLUSTER)) return install();
  mkdirSync(dirname(NO_CLUSTER), { recursive: true });
  writeFileSync(NO_CLUSTER, 'create_main_cluster = false\n');
  try {
    return await install();
  } finally {
    rmSync(NO_CLUSTER, { force: true });
  }
}

/** @param {string} debian */
function debianFolders(debian) {
  if (!existsSync(debian)) return [];
  const versions = readdirSync(debian).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(debian, version, 'bin'));
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
