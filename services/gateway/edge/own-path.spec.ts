import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownPath } from './own-path.js';

describe('where to go afterwards', () => {
  it.each([
    ['/', '/'],
    ['/sessions/1?a=b#c', '/sessions/1?a=b#c'],
    ['/a b', '/a%20b'],
    ['/../a', '/a'],
    ['/?to=https://evil.example', '/?to=https://evil.example'],
  ])('may be %j', (named, path) => {
    expect(ownPath(named)).toBe(path);
  });

  it.each([
    'https://evil.example',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '\t//evil.example',
    '/.//evil.example',
    '/%2e//evil.example',
    '/x/..//evil.example',
    '/..//',
    'javascript:alert(1)',
    'data:text/html,x',
    'evil.example',
    '',
    ' /',
    `/${'x'.repeat(600)}`,
    ['/a'],
    { a: 1 },
    undefined,
  ])('may not be %j', (named) => {
    expect(ownPath(named)).toBe('/');
  });

  it('is on this origin, whatever is named', () => {
    const parts = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '%2e',
      ':',
      '@',
      'evil.example',
      '\t',
      '\r',
      '?',
      '#',
      'http',
    );
    const paths = fc.array(parts, { maxLength: 8 }).map((all) => `/${all.join('')}`);
    fc.assert(
      fc.property(fc.oneof(paths, fc.string({ unit: 'binary' })), (named) => {
        const path = ownPath(named);
        expect(path.startsWith('/')).toBe(true);
        expect(new URL(path, 'https://sortie.example').origin).toBe('https://sortie.example');
      }),
    );
  });
});
