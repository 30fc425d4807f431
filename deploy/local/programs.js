// @ts-check
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * @typedef {object} Need
 * @property {string} program looked for on PATH
 * @property {string[]} packages the Debian and Ubuntu packages that bring it, and what it is of no use without
 * @property {string} why
 */

/** @type {Need} */
const SANDBOX = {
  program: 'bwrap',
  packages: ['bubblewrap'],
  why: 'it keeps sessions apart when the server is not root',
};

/** @type {Need[]} */
const DESKTOP = [
  {
    program: 'Xtigervnc',
    packages: ['tigervnc-standalone-server'],
    why: "it is each session's display",
  },
  {
    program: 'matchbox-window-manager',
    packages: ['matchbox-window-manager'],
    why: "it fits an app's windows to the display",
  },
  { program: 'xprop', packages: ['x11-utils'], why: 'it tells when an app shows its first window' },
  {
    program: 'xterm',
    packages: ['xterm', 'fonts-dejavu-core'],
    why: 'it is the first app of the example catalogue',
  },
];

/**
 * What the desktop apps of the example catalogue run on.
 * @param {boolean} isRoot as root, sessions are kept apart by users of their own
 */
export const startPrograms = (isRoot) => (isRoot ? DESKTOP : [...DESKTOP, SANDBOX]);

/**
 * What the test suites drive and watch real desktops with.
 * @type {Need[]}
 */
export const TEST_PROGRAMS = [
  ...DESKTOP,
  SANDBOX,
  {
    program: 'chromium',
    packages: ['chromium'],
    why: 'the browser tests open the real page in it',
  },
  { program: 'xclip', packages: ['xclip'], why: "the driver's tests copy and paste with it" },
  {
    program: 'openssl',
    packages: ['openssl'],
    why: 'it makes the certificates of the TLS tests',
  },
  {
    program: 'python3',
    packages: ['python3'],
    why: "the Tiltfile's tests run it there: Starlark is a part of Python",
  },
];

/**
 * Lists the needs whose program is not there.
 * @param {Need[]} needs
 * @param {(program: string) => boolean} [isPresent]
 */
export function findMissing(needs, isPresent = isOnPath) {
  return needs.filter((need) => !isPresent(need.program));
}

/** @param {string} program */
export function isOnPath(program) {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.some((folder) => isExecutable(join(folder, program)));
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** @param {Need[]} needs */
export function packagesOf(needs) {
  return [...new Set(needs.flatMap((need) => need.packages))];
}

/** @param {Need[]} missing */
const installCommand = (missing) =>
  `apt-get install --no-install-recommends ${packagesOf(missing).join(' ')}`;

/** @param {Need[]} missing */
const names = (missing) => listed(missing.map((need) => need.program));

/** @param {string[]} words */
function listed(words) {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

/**
 * Says in one sentence what desktop apps lack, and that the rest works.
 * @param {Need[]} missing
 */
export function startSentence(missing) {
  return `Desktop apps cannot be launched until ${names(missing)} can be found on PATH (on Debian or Ubuntu, as root: ${installCommand(missing)}); apps that are a URL work without.`;
}

/**
 * Says what the tests lack and what for: they fail rather than skip.
 * @param {Need[]} missing
 */
export function testSentence(missing) {
  const reasons = missing.map((need) => `  ${need.program}: ${need.why}`).join('\n');
  return `The tests need ${names(missing)} on PATH; on Debian or Ubuntu, as root: ${installCommand(missing)}\n${reasons}`;
}
