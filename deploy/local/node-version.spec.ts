import { describe, expect, it } from 'vitest';
import { admits, nodeVersionProblem } from './node-version.js';

describe('a version range', () => {
  it.each([
    ['^20.19.0 || ^22.12.0 || >=24.0.0', '20.19.0', true],
    ['^20.19.0 || ^22.12.0 || >=24.0.0', '20.18.3', false],
    ['^20.19.0 || ^22.12.0 || >=24.0.0', '21.7.0', false],
    ['^20.19.0 || ^22.12.0 || >=24.0.0', 'v26.1.0', true],
    ['18 || 20 || >=22', '20.19.0', true],
    ['18 || 20 || >=22', '21.0.0', false],
    ['20.x || 22.x', '20.19.0', true],
    ['>= 14.17', '14.16.9', false],
    ['>=18 <20.19', '20.19.0', false],
    ['>18', '18.5.0', false],
    ['<=20', '20.19.0', true],
    ['18 - 20', '20.19.0', true],
    ['~20.18.1', '20.19.0', false],
    ['~20', '20.19.0', true],
    ['^0.3.1', '0.4.0', false],
    ['20.19.0', '20.19.1', false],
    ['*', '20.19.0', true],
    ['', '20.19.0', true],
  ])('%j and %s: %s', (range, version, expected) => {
    expect(admits(range, version)).toBe(expected);
  });

  it('that cannot be read is an error, not a yes', () => {
    expect(() => admits('lts/iron', '20.19.0')).toThrow(/lts\/iron/);
  });
});

describe('the running Node.js', () => {
  it('is no problem when the range admits it', () => {
    expect(nodeVersionProblem('^20.19.0', 'v20.19.4')).toBeUndefined();
  });

  it('is told in one sentence when it is too old', () => {
    const problem = nodeVersionProblem('^20.19.0 || >=24.0.0', 'v18.20.8');
    expect(problem).toMatch(/needs Node\.js \^20\.19\.0 or >=24\.0\.0, and this is v18\.20\.8: /);
    expect(problem).not.toMatch(/\n/);
  });
});
