// @ts-check
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { aptAvailable, aptInstall } from './apt.js';
import { runNpm } from './npm.js';
import { findMissing, packagesOf } from './programs.js';
import { lastLines } from './quiet-command.js';
import { SetupFailed } from './setup-failed.js';
import { keepStamp, readStamp, sha256, writeStamp } from './stamp.js';

/** @typedef {import('./programs.js').Need} Need */

const STAMP = 'node_modules/.install-stamp.json';

/** @type {Need[]} */
const COMPILER = [
  { program: 'python3', packages: ['python3'], why: 'node-gyp is a Python program' },
  { program: 'make', packages: ['make'], why: 'node-gyp runs it' },
  { program: 'g++', packages: ['g++'], why: 'SQLite is compiled with it' },
];

/**
 * Tells whether node_modules is not what package-lock.json and this Node.js ask for.
 * A folder that a plain `npm install` filled is taken over as it is.
 * @param {string} root
 */
export function installNeeded(root) {
  const wanted = wantedStamp(root);
  const stamp = readStamp(join(root, STAMP));
  if (stamp !== undefined) return stamp['lock'] !== wanted.lock || stamp['node'] !== wanted.node;
  if (!isInstalled(root)) return true;
  keepStamp(join(root, STAMP), wanted);
  return false;
}

/** @param {string} root */
function wantedStamp(root) {
  const { platform, arch, versions } = process;
  return {
    lock: sha256([readFileSync(join(root, 'package-lock.json'))]),
    node: `${platform}-${arch}-${versions.modules}`,
  };
}

/**
 * npm writes node_modules/.package-lock.json last, so its presence tells of a whole install; the one
 * native package must load too, since `npm ci --ignore-scripts` leaves it without its binary.
 * @param {string} root
 */
function isInstalled(root) {
  const done = readLock(join(root, 'node_modules/.package-lock.json'));
  const wanted = readLock(join(root, 'package-lock.json'));
  if (done === undefined || wanted === undefined) return false;
  return lacking(wanted, done).length === 0 && nativeLoads(root);
}

/** @typedef {Record<string, { version?: string, integrity?: string, optional?: boolean }>} Packages */

/**
 * Lists the packages that one lockfile asks for and the other does not have at that very version.
 * @param {Packages} wanted
 * @param {Packages} done
 */
export function lacking(wanted, done) {
  return Object.entries(wanted)
    .filter(([path, { optional }]) => path !== '' && optional !== true)
    .filter(([path, { version, integrity }]) => {
      return done[path]?.version !== version || done[path]?.integrity !== integrity;
    })
    .map(([path]) => path);
}

/**
 * @param {string} path
 * @returns {Packages | undefined}
 */
function readLock(path) {
  if (!existsSync(path)) return undefined;
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}

/** @param {string} root */
function nativeLoads(root) {
  try {
    // As shared/adapters/sqlite-library.ts chooses.
    const [major = 0] = process.versions.node.split('.').map(Number);
    const name = major >= 22 ? 'better-sqlite3-13' : 'better-sqlite3';
    const Database = createRequire(join(root, 'package.json'))(name);
    new Database(':memory:').close();
    return true;
  } catch {
    return false;
  }
}

/**
 * Installs what package-lock.json lists. The stamp goes first and comes back last, so that an
 * install that was cut off is seen the next time.
 * @param {string} root
 * @param {(pid: number) => void} onStart told the process that works
 */
export async function install(root, onStart) {
  console.error('Installing dependencies with npm (once; a minute or two).');
  rmSync(join(root, STAMP), { force: true });
  let result = await npmCi(root, onStart);
  if (result.code !== 0 && needsCompiler(result.output) && (await provideCompiler())) {
    result = await npmCi(root, onStart);
  }
  if (result.code !== 0) {
    throw new SetupFailed(
      `${lastLines(withoutUsage(result.output))}\n\n${installAdvice(result.output)}`,
    );
  }
  writeStamp(join(root, STAMP), wantedStamp(root));
}

/**
 * The build needs the development packages, whatever NODE_ENV says.
 * @param {string} root
 * @param {(pid: number) => void} onStart
 */
function npmCi(root, onStart) {
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  return runNpm(args, { doing: 'installing dependencies', cwd: root, onStart });
}

/**
 * npm ends some refusals with its whole help page, which hides the reason above it.
 * @param {string} output
 */
function withoutUsage(output) {
  return output.replace(/^npm error Clean install a project[^]*/m, '');
}

/** @param {string} output */
function needsCompiler(output) {
  return /node-gyp|gyp ERR|prebuild-install/.test(output);
}

async function provideCompiler() {
  const missing = findMissing(COMPILER);
  if (missing.length === 0 || !aptAvailable()) return false;
  console.error('No prebuilt SQLite can be fetched: installing a compiler with apt-get (once).');
  const failure = await aptInstall(packagesOf(missing));
  if (failure !== undefined) console.error(failure);
  return failure === undefined;
}

/** @type {Record<string, string>} */
const ADVICE = {
  EUSAGE: 'package-lock.json does not fit package.json: run `npm install` and commit both.',
  EBADENGINE: 'a package asks for another Node.js: install the version that it names above.',
  ENOTFOUND: 'the npm registry cannot be reached: check the network, the proxy and `.npmrc`.',
  EAI_AGAIN: 'the npm registry cannot be reached: check the network, the proxy and `.npmrc`.',
  ECONNREFUSED: 'the npm registry cannot be reached: check the network, the proxy and `.npmrc`.',
  ETIMEDOUT: 'the npm registry cannot be reached: check the network, the proxy and `.npmrc`.',
  EACCES: 'this folder cannot be written: run the command as the user that owns it.',
  ENOSPC: 'the disk is full: about 600 MB are needed here.',
};

/**
 * Says in a paragraph what to do about an `npm ci` that failed.
 * @param {string} output npm's output
 */
export function installAdvice(output) {
  const failed = 'The dependencies could not be installed (`npm ci`)';
  const code = /npm error code (\w+)/.exec(output)?.[1] ?? '';
  const known = ADVICE[code];
  if (known !== undefined) return `${failed}: ${known} Then run the command again.`;
  if (needsCompiler(output)) {
    return `${failed}: better-sqlite3 found no prebuilt binary that it could fetch, and compiling it did not work. Install a compiler (on Debian or Ubuntu: \`apt-get install python3 make g++\`) and run the command again. If nodejs.org cannot be reached either, have npm_config_nodedir name the folder whose include/node holds the headers of this Node.js (${process.version}).`;
  }
  return `${failed}: npm's own words are above. Mend what they name and run the command again; nothing half-installed will be used.`;
}
