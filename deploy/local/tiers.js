// @ts-check

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
 * @property {unknown[]} testResults one a file
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
