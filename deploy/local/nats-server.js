// @ts-check
import { execFileSync } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, mkdirSync } from 'node:fs';
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { takeFromDebian } from './debian-package.js';

/** @typedef {'refused' | 'oldest' | 'newest'} Age which of the tests' servers */

/**
 * @typedef {object} NatsServer
 * @property {string} suite the Debian release whose package brings it
 * @property {[number, number]} from the versions that will do: from this one…
 * @property {[number, number]} to …to below this one
 * @property {string} why
 */

/** @type {Readonly<Record<Age, NatsServer>>} */
export const NATS_SERVERS = {
  refused: { suite: 'bookworm', from: [2, 9], to: [2, 10], why: 'Sortie must refuse it' },
  oldest: {
    suite: 'trixie',
    from: [2, 10],
    to: [2, 11],
    why: 'it is the oldest that Sortie takes',
  },
  newest: {
    suite: 'sid',
    from: [2, 15],
    to: [3, 0],
    why: 'it is the newest that Sortie was tried on',
  },
};
const AGES = /** @type {Age[]} */ (Object.keys(NATS_SERVERS));
/** 2.10.20 to 2.10.22 lost whole streams. */
const PATCH_MIN = { minor: '2.10', patch: 23 };

const VARIABLE = 'SORTIE_TEST_NATS_SERVER';
const FOLDER = 'data/programs';
const NAME = /^nats-server-(\d+\.\d+\.\d+)$/;

/** @typedef {Partial<Record<Age, string>>} Found paths of programs */
/** @typedef {{ path: string, version: string }} Program */

/**
 * Finds the nats-servers of the tests: those that SORTIE_TEST_NATS_SERVER names (several with `:`
 * between), then the one on PATH, then those that were fetched before.
 * @param {string} root the folder of package.json
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Found}
 */
export function findNatsServers(root, env = process.env) {
  const fetched = fetchedPrograms(join(root, FOLDER));
  const programs = [...namedPrograms(env), ...fetched];
  /** @type {Found} */
  const found = {};
  for (const age of AGES) {
    const path = programs.find(({ version }) => fits(age, version))?.path;
    if (path !== undefined) found[age] = path;
  }
  return found;
}

/**
 * Fetches the nats-servers that are missing, unless SORTIE_PROVISION=off.
 * @param {string} root
 * @returns {Promise<string | undefined>} what is missing still and how to get it, in words
 */
export async function provideNatsServers(root) {
  const missing = missingAges(findNatsServers(root));
  if (missing.length === 0) return undefined;
  const reasons = [];
  for (const age of missing) {
    const reason = process.env['SORTIE_PROVISION'] === 'off' ? undefined : await fetch(root, age);
    if (reason !== undefined) reasons.push(reason);
  }
  const lacking = missingAges(findNatsServers(root));
  return lacking.length === 0 ? undefined : missingSentence(lacking, reasons);
}

/**
 * Says which servers are missing and how to get them.
 * @param {Age[]} ages
 * @param {string[]} reasons why they could not be fetched
 */
export function missingSentence(ages, reasons) {
  const lines = ages.map((age) => {
    const { suite, from, to, why } = NATS_SERVERS[age];
    return `  nats-server ${from.join('.')} to below ${to.join('.')} (Debian ${suite} has one): ${why}`;
  });
  return [
    ...reasons,
    `The tests need these programs; put their paths into ${VARIABLE} (with ":" between), or run them on Debian with its mirror in reach, where they are fetched by themselves:`,
    ...lines,
  ].join('\n');
}

/**
 * Tells whether a version will do for a server of the tests.
 * @param {Age} age
 * @param {string} version
 */
export function fits(age, version) {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const { from, to } = NATS_SERVERS[age];
  const place = [major, minor];
  if (`${major}.${minor}` === PATCH_MIN.minor && patch < PATCH_MIN.patch) return false;
  return compare(place, from) >= 0 && compare(place, to) < 0;
}

/**
 * @param {number[]} a
 * @param {number[]} b
 */
const compare = (a, b) => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0);

/** @param {Found} found */
const missingAges = (found) => AGES.filter((age) => found[age] === undefined);

/**
 * @param {string} root
 * @param {Age} age
 * @returns {Promise<string | undefined>} why not
 */
async function fetch(root, age) {
  const { suite } = NATS_SERVERS[age];
  console.error(`Fetching nats-server from Debian ${suite} for the tests (once).`);
  const folder = join(root, FOLDER);
  mkdirSync(folder, { recursive: true });
  const draft = join(folder, `.nats-server-${suite}-${process.pid}`);
  try {
    const wanted = { suite, name: 'nats-server', program: 'nats-server' };
    const failure = await takeFromDebian(wanted, draft);
    if (failure !== undefined) return failure;
    chmodSync(draft, 0o755);
    const version = versionOf(draft);
    if (version === undefined) return `The nats-server of Debian ${suite} does not run here.`;
    // Named last and at once: another command may be looking.
    renameSync(draft, join(folder, `nats-server-${version}`));
    return undefined;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Program[]}
 */
function namedPrograms(env) {
  const named = (env[VARIABLE] ?? '').split(delimiter).filter((path) => path !== '');
  const onPath = (env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'nats-server'));
  return [...named, ...onPath].filter(isProgram).flatMap((path) => {
    const version = versionOf(path);
    return version === undefined ? [] : [{ path, version }];
  });
}

/**
 * @param {string} folder
 * @returns {Program[]} the newest first
 */
function fetchedPrograms(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => {
      const version = NAME.exec(name)?.[1];
      return version === undefined ? [] : [{ path: join(folder, name), version }];
    })
    .sort((a, b) => b.version.localeCompare(a.version, 'en', { numeric: true }));
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

/**
 * @param {string} path
 * @returns {string | undefined} as in `2.10.27`
 */
function versionOf(path) {
  try {
    const said = execFileSync(path, ['-v'], { encoding: 'utf8', timeout: 10_000 });
    return /v(\d+\.\d+\.\d+)/.exec(said)?.[1];
  } catch {
    return undefined;
  }
}
