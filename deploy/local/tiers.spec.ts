import { describe, expect, it } from 'vitest';
import {
  TIERS,
  chooseTiers,
  countTier,
  failureTexts,
  sum,
  summaryLine,
  tierLine,
} from './tiers.js';

const file = (changes: object = {}) => ({
  name: '/project/test/e2e/a.spec.ts',
  message: '',
  assertionResults: [],
  ...changes,
});

const report = (passed: number, failed = 0, pending = 0, todo = 0) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: pending,
  numTodoTests: todo,
  testResults: passed + failed + pending + todo === 0 ? [] : [file()],
});

describe('the arguments of npm test', () => {
  it('choose all tiers when they name none', () => {
    expect(chooseTiers([])).toEqual({ tiers: TIERS, filters: [] });
  });

  it('choose tiers by name, in the order that tiers run, and filter files by the rest', () => {
    expect(chooseTiers(['contract', 'app.spec', 'unit'])).toEqual({
      tiers: ['unit', 'contract'],
      filters: ['app.spec'],
    });
  });
});

describe('a tier', () => {
  it('is counted from the report', () => {
    expect(countTier(report(7), 0, false)).toEqual({ passed: 7, failed: 0, reasons: [] });
    expect(countTier(report(7, 2), 1, false)).toMatchObject({ passed: 7, failed: 2 });
  });

  it('fails for each test that is skipped or yet to be written', () => {
    expect(countTier(report(7, 0, 2, 1), 0, false)).toMatchObject({ passed: 7, failed: 3 });
  });

  it('fails when it ran no test or left no report', () => {
    expect(countTier(report(0), 0, false)).toMatchObject({ passed: 0, failed: 1 });
    expect(countTier(undefined, 1, false)).toMatchObject({ passed: 0, failed: 1 });
  });

  it('fails when vitest fails though no test did', () => {
    expect(countTier(report(7), 1, false)).toMatchObject({ passed: 7, failed: 1 });
  });

  it('may have no file that matches a filter', () => {
    expect(countTier(report(0), 1, true)).toMatchObject({ passed: 0, failed: 0 });
  });

  it('fails when a file that matches a filter does not load, or vitest itself does not', () => {
    const unloaded = { ...report(0), testResults: [file({ message: 'cannot find a module' })] };
    expect(countTier(unloaded, 1, true)).toMatchObject({ passed: 0, failed: 1 });
    expect(countTier(undefined, 1, true)).toMatchObject({ passed: 0, failed: 1 });
  });

  it('is told in a line', () => {
    expect(tierLine('unit', countTier(report(7), 0, false), 2400)).toBe('unit      7 passed (2 s)');
    expect(tierLine('e2e', countTier(report(1, 2, 1), 1, false), 2600)).toBe(
      'e2e       1 passed; 2 failed; 1 skipped, which counts as failed (3 s)',
    );
  });
});

describe('what failed', () => {
  const told = (changes: object) =>
    failureTexts('e2e', { ...report(1), testResults: [file(changes)] }, '/project');
  const test = (status: string, ...failureMessages: string[]) => ({
    fullName: 'a desk is shown',
    status,
    failureMessages,
  });

  it("is named with its tier, file and reason, without colours and the runner's own lines", () => {
    const assertionResults = [
      test('passed'),
      test('failed', '\u001b[31mexpected 1\u001b[39m\n at a\n at node_modules/b'),
    ];
    expect(told({ assertionResults })).toEqual([
      'e2e test/e2e/a.spec.ts > a desk is shown\n  expected 1\n   at a',
    ]);
  });

  it('is also what was skipped', () => {
    expect(told({ assertionResults: [test('skipped')] })).toEqual([
      'e2e test/e2e/a.spec.ts > a desk is shown\n  skipped',
    ]);
  });

  it('takes a dozen lines of a long reason', () => {
    const reason = Array.from({ length: 40 }, (_, at) => `line ${at}`).join('\n');
    const [text] = told({ assertionResults: [test('failed', reason)] });
    expect(text).toMatch(/line 11$/);
  });

  it('names a file that did not load', () => {
    expect(told({ message: 'cannot find a module' })).toEqual([
      'e2e test/e2e/a.spec.ts\n  cannot find a module',
    ]);
  });

  it('is nothing when all passed, and when there is no report', () => {
    expect(told({ assertionResults: [test('passed')] })).toEqual([]);
    expect(failureTexts('e2e', undefined, '/project')).toEqual([]);
  });
});

describe('the last line', () => {
  it('adds all tiers up', () => {
    const total = sum([countTier(report(7), 0, false), countTier(report(3, 2), 1, false)]);
    expect(summaryLine(total)).toBe('10 passed, 2 failed');
  });

  it('is a failure when no test ran at all', () => {
    expect(summaryLine(sum([countTier(report(0), 1, true)]))).toBe('0 passed, 1 failed');
  });
});
