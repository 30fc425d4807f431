// @ts-check
import { readFileSync } from 'node:fs';

/** @typedef {[number, number, number]} Version */

const COMPARATOR =
  /^(\^|~|>=|<=|>|<|=)?v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:[-+][\w.+-]+)?$/;

/** @type {Version} */
const FIRST = [0, 0, 0];
/** @type {Version} */
const BEYOND = [Infinity, Infinity, Infinity];

/**
 * Tells whether an npm version range admits a version.
 * Takes a range of `engines` (`^20.19.0 || >=24`) and a version (`20.19.0` or `v20.19.0`); throws on
 * a range that it cannot read, so that nothing passes unread. Pre-release marks are not compared.
 * @param {string} range
 * @param {string} version
 */
export function admits(range, version) {
  const wanted = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version);
  if (wanted === null) throw new Error(`"${version}" is no version: write it as 20.19.0`);
  const point = /** @type {Version} */ (wanted.slice(1, 4).map(Number));
  return range.split('||').some((part) => comparators(part).every((text) => holds(text, point)));
}

/** @param {string} alternative */
function comparators(alternative) {
  return alternative
    .trim()
    .replace(/(\S+)\s+-\s+(\S+)/g, '>=$1 <=$2')
    .replace(/([\^~<>=])\s+/g, '$1')
    .split(/\s+/)
    .filter((text) => text !== '');
}

/**
 * @param {string} text
 * @param {Version} point
 */
function holds(text, point) {
  const match = COMPARATOR.exec(text);
  if (match === null) throw new Error(`"${text}" is no version range that Sortie can read`);
  const [, operator = '=', ...parts] = match;
  const named = parts.filter((part) => part !== undefined && /^\d+$/.test(part)).map(Number);
  if (named.length === 0) return true;
  const [from, to] = bounds(operator, named);
  return compare(point, from) >= 0 && compare(point, to) < 0;
}

/**
 * @param {string} operator
 * @param {number[]} named
 * @returns {[Version, Version]} the first version within, and the first beyond
 */
function bounds(operator, named) {
  const low = padded(named);
  const after = bumped(named, named.length - 1);
  switch (operator) {
    case '>=':
      return [low, BEYOND];
    case '>':
      return [after, BEYOND];
    case '<':
      return [FIRST, low];
    case '<=':
      return [FIRST, after];
    case '^':
      return [low, bumped(named, firstNonZero(named))];
    case '~':
      return [low, bumped(named, Math.min(1, named.length - 1))];
    default:
      return [low, after];
  }
}

/** @param {number[]} named */
function firstNonZero(named) {
  const index = named.findIndex((part) => part > 0);
  return index === -1 ? named.length - 1 : index;
}

/**
 * @param {number[]} named
 * @param {number} index
 */
function bumped(named, index) {
  return padded(named.slice(0, index + 1).map((part, at) => (at === index ? part + 1 : part)));
}

/**
 * @param {number[]} named
 * @returns {Version}
 */
function padded([major = 0, minor = 0, patch = 0]) {
  return [major, minor, patch];
}

/**
 * @param {Version} one
 * @param {Version} other
 */
function compare(one, other) {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
}

/**
 * Says in one sentence what is wrong with the running Node.js, or nothing when it will do.
 * @param {string} range package.json's `engines.node`
 * @param {string} version `process.version`
 */
export function nodeVersionProblem(range, version) {
  if (admits(range, version)) return undefined;
  const wanted = range.split('||').map((part) => part.trim());
  return `Sortie needs Node.js ${wanted.join(' or ')}, and this is ${version}: install one of those from https://nodejs.org (or your system's packages) and run the command again.`;
}

/** Ends the process with one sentence when Node.js is too old for what comes next. */
export function requireNode() {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const problem = nodeVersionProblem(JSON.parse(text).engines.node, process.version);
  if (problem === undefined) return;
  console.error(problem);
  process.exit(1);
}
