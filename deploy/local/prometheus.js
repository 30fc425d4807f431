// @ts-check
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { takeFromDebian } from './debian-package.js';

/** @typedef {'prometheus' | 'promtool'} Program */

const PROGRAMS = /** @type {const} */ (['prometheus', 'promtool']);
/** Here each of them is a package of its own name. */
const SUITE = 'trixie';
const VARIABLE = 'SORTIE_TEST_PROMETHEUS_BIN';
const FOLDER = 'data/programs';

/**
 * Finds Prometheus' programs: in the folder that SORTIE_TEST_PROMETHEUS_BIN names, else on PATH, else
 * among those that were fetched before.
 * @param {string} root the folder of package.json
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Partial<Record<Program, string>>} paths
 */
export function findPrometheus(root, env = process.env) {
  const named = env[VARIABLE];
  const onPath = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const folders = named ? [named] : [...onPath, join(root, FOLDER)];
  return Object.fromEntries(
    PROGRAMS.flatMap((program) => {
      const path = folders.map((folder) => join(folder, program)).find(runs);
      return path === undefined ? [] : [[program, path]];
    }),
  );
}

/**
 * Fetches Prometheus' programs where they are missing, unless SORTIE_PROVISION=off.
 * @param {string} root
 * @returns {Promise<string | undefined>} what is missing still and how to get it, in words
 */
export async function providePrometheus(root) {
  const reasons = [];
  const mayFetch = process.env['SORTIE_PROVISION'] !== 'off' && !process.env[VARIABLE];
  for (const program of missingFrom(root)) {
    const reason = mayFetch ? await fetch(root, program) : undefined;
    if (reason !== undefined) reasons.push(reason);
  }
  const missing = missingFrom(root);
  return missing.length === 0 ? undefined : missingSentence(missing, reasons);
}

/**
 * Says which programs are missing, what for, and how to get them.
 * @param {string[]} missing
 * @param {string[]} [reasons] why they could not be fetched
 */
export function missingSentence(missing, reasons = []) {
  return [
    ...reasons,
    `The tests need ${missing.join(' and ')}: they check the alert rules and the metrics with Prometheus itself. Put them on PATH (on Debian or Ubuntu, as root: apt-get install --no-install-recommends prometheus, and promtool where that is a package of its own), have ${VARIABLE} name their folder, or run the tests on Debian with its mirror in reach, where they are fetched by themselves.`,
  ].join('\n');
}

/** @param {string} root */
function missingFrom(root) {
  const found = findPrometheus(root);
  return PROGRAMS.filter((program) => found[program] === undefined);
}

/**
 * @param {string} root
 * @param {Program} program
 * @returns {Promise<string | undefined>} why not
 */
async function fetch(root, program) {
  console.error(`Fetching ${program} from Debian ${SUITE} for the tests (once).`);
  const folder = join(root, FOLDER);
  mkdirSync(folder, { recursive: true });
  const draft = join(folder, `.${program}-${process.pid}`);
  try {
    const failure = await takeFromDebian({ suite: SUITE, name: program, program }, draft);
    if (failure !== undefined) return failure;
    chmodSync(draft, 0o755);
    if (!runs(draft)) return `The ${program} of Debian ${SUITE} does not run here.`;
    // Named last and at once: another command may be looking.
    renameSync(draft, join(folder, program));
    return undefined;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** @param {string} path */
function runs(path) {
  if (!existsSync(path)) return false;
  try {
    execFileSync(path, ['--version'], { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}
