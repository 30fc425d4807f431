import { describe, expect, it } from 'vitest';
import { installAdvice, lacking } from './install.js';

describe('a folder that npm has filled', () => {
  const entry = { version: '1.0.0', integrity: 'sha512-a' };

  it('lacks nothing when each package is there at its version', () => {
    expect(lacking({ '': {}, 'node_modules/a': entry }, { 'node_modules/a': entry })).toEqual([]);
  });

  it('lacks a package that is absent, of another version or of other bytes', () => {
    const wanted = { 'node_modules/a': entry };
    const other = { version: '1.0.1', integrity: 'sha512-a' };
    const bytes = { version: '1.0.0', integrity: 'sha512-b' };
    expect(lacking(wanted, {})).toEqual(['node_modules/a']);
    expect(lacking(wanted, { 'node_modules/a': other })).toEqual(['node_modules/a']);
    expect(lacking(wanted, { 'node_modules/a': bytes })).toEqual(['node_modules/a']);
  });

  it('may leave out what is optional, such as binaries for other systems', () => {
    expect(lacking({ 'node_modules/a': { ...entry, optional: true } }, {})).toEqual([]);
  });
});

describe('an install that failed', () => {
  it.each([
    ['npm error code ENOTFOUND\nnpm error syscall getaddrinfo', /registry cannot be reached/],
    ['npm error code EUSAGE\nnpm error in sync', /run `npm install`/],
    ['npm error code 1\nnpm error gyp ERR! stack', /apt-get install python3 make g\+\+/],
    ['npm error code E418', /npm's own words are above/],
  ])('is explained: %j', (output, advice) => {
    expect(installAdvice(output)).toMatch(advice);
  });
});
