import { describe, expect, it } from 'vitest';
import { compareVersions } from './jetstream-server.js';

describe('the version of a server', () => {
  it.each([
    ['2.9.10', -1],
    ['2.10.22', -1],
    ['2.10.23', 0],
    ['2.10.100', 1],
    ['2.11.0', 1],
    ['2.12.0-RC.1', 1],
    ['3.0.0', 1],
    ['1.99.99', -1],
    ['', -1],
    ['unknown', -1],
  ])('%s, compared to 2.10.23', (version, sign) => {
    expect(Math.sign(compareVersions(version, [2, 10, 23]))).toBe(sign);
  });
});
