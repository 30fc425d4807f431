import { describe, expect, it } from 'vitest';
import { TIERS, chooseTiers, countTier, sum, summaryLine, tierLine } from './tiers.js';

const report = (passed: number, failed = 0, pending = 0, todo = 0) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: pending,
  numTodoTests: todo,
  testResults: passed + failed + pending + todo === 0 ? [] : ['a file'],
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
    const unloaded = { ...report(0), testResults: ['a file'] };
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

describe('the last line', () => {
  it('adds all tiers up', () => {
    const total = sum([countTier(report(7), 0, false), countTier(report(3, 2), 1, false)]);
    expect(summaryLine(total)).toBe('10 passed, 2 failed');
  });

  it('is a failure when no test ran at all', () => {
    expect(summaryLine(sum([countTier(report(0), 1, true)]))).toBe('0 passed, 1 failed');
  });
});
