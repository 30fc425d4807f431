// @ts-check
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** In the order they run: the quicker and nearer first. */
export const TIERS = ['unit', 'contract', 'medium', 'e2e', 'containers', 'crash'];

/**
 * Reads the command's arguments: names of tiers choose tiers (none: all), the rest filters files.
 * @param {string[]} args
 * @returns {{ tiers: string[], filters: string[] }}
 */
export function chooseTiers(args) {
  const named = TIERS.filter((tier) => args.includes(tier));
  return {
    tiers: named.length > 0 ? named : TIERS,
    filters: args.filter((arg) => !TIERS.includes(arg)),
  };
}

/**
 * @typedef {object} VitestReport the part of vitest's JSON report that is read
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {VitestFile[]} testResults one a file
 */

/**
 * @typedef {object} VitestFile
 * @property {string} name its path
 * @property {string} message why it did not load, empty when it did
 * @property {{ fullName: string, status: string, failureMessages: string[] | null }[]} assertionResults
 */

/** @type {VitestReport} */
const NONE = {
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
};

/** @typedef {{ passed: number, failed: number, reasons: string[] }} Count */

/** Of a failure's message and stack, what still fits on a page when several tests fail. */
const FAILURE_LINES_MAX = 12;

/**
 * Counts a tier: skipped tests fail, and so does a tier that ran none or ended badly for no test's
 * sake (a file that does not load, an error between tests, the time limit).
 * @param {VitestReport | undefined} report nothing when vitest could not write it
 * @param {number} exitCode vitest's
 * @param {boolean} filtered with a filter, a tier in which no file matches is no failure
 * @returns {Count}
 */
export function countTier(report, exitCode, filtered) {
  if (filtered && report?.testResults.length === 0) {
    return { passed: 0, failed: 0, reasons: ['no file matches'] };
  }
  const { numPassedTests: passed, numFailedTests, numPendingTests, numTodoTests } = report ?? NONE;
  const skipped = numPendingTests + numTodoTests;
  const ran = passed + numFailedTests + skipped > 0;
  const problems = [
    { times: numFailedTests, text: `${numFailedTests} failed` },
    { times: skipped, text: `${skipped} skipped, which counts as failed` },
    { times: ran ? 0 : 1, text: 'it ran no test, which counts as failed' },
    {
      times: ran && exitCode !== 0 && numFailedTests === 0 ? 1 : 0,
      text: `vitest ended with code ${exitCode}, which counts as failed`,
    },
  ].filter(({ times }) => times > 0);
  return {
    passed,
    failed: problems.reduce((total, { times }) => total + times, 0),
    reasons: problems.map(({ text }) => text),
  };
}

/**
 * Says how one tier went.
 * @param {string} tier
 * @param {Count} count
 * @param {number} ms
 */
export function tierLine(tier, { passed, reasons }, ms) {
  const how = [`${passed} passed`, ...reasons].join('; ');
  return `${tier.padEnd(9)} ${how} (${Math.round(ms / 1000)} s)`;
}

/**
 * Names each test that did not pass, and each file that did not load, with the first lines of why:
 * a log that is cut to its end still says what to look at.
 * @param {string} tier
 * @param {VitestReport | undefined} report
 * @param {string} root paths are shown from here
 * @returns {string[]} one text a failure
 */
export function failureTexts(tier, report, root) {
  return (report ?? NONE).testResults.flatMap((file) => {
    const title = `${tier} ${relative(root, file.name)}`;
    const tests = file.assertionResults
      .filter(({ status }) => status !== 'passed')
      .map(({ fullName, status, failureMessages }) =>
        failureText(`${title} > ${fullName}`, failureMessages?.join('\n') || status),
      );
    return file.message === '' ? tests : [failureText(title, file.message), ...tests];
  });
}

/**
 * @param {string} title
 * @param {string} message may hold the colours of a terminal
 */
function failureText(title, message) {
  const lines = stripVTControlCharacters(message)
    .trimEnd()
    .split('\n')
    .filter((line) => !/^\s+at .*node_modules/.test(line));
  return [title, ...lines.slice(0, FAILURE_LINES_MAX).map((line) => `  ${line}`)].join('\n');
}

/**
 * The last line of `npm test`: what all tiers add up to. A run without a single test has failed.
 * @param {Count[]} counts
 */
export function sum(counts) {
  const passed = counts.reduce((total, count) => total + count.passed, 0);
  const failed = counts.reduce((total, count) => total + count.failed, 0);
  return { passed, failed: passed + failed === 0 ? 1 : failed };
}

/** @param {{ passed: number, failed: number }} total */
export const summaryLine = ({ passed, failed }) => `${passed} passed, ${failed} failed`;
