import { describe, expect, it } from 'vitest';
import { matchRoute } from './route-match.js';

describe('matching a route', () => {
  it('gives the named parts of a path that fits', () => {
    expect(matchRoute('/sessions/:id', '/sessions/s-1')).toEqual({ id: 's-1' });
  });

  it('ignores a slash at the end', () => {
    expect(matchRoute('/sessions', '/sessions/')).toEqual({});
  });

  it('misses a path that is longer or differs', () => {
    expect(matchRoute('/sessions/:id', '/sessions')).toBeUndefined();
    expect(matchRoute('/sessions/:id', '/apps/s-1')).toBeUndefined();
  });

  it('keeps a broken escape as it is', () => {
    expect(matchRoute('/apps/:id', '/apps/%E0%A4%A')).toEqual({ id: '%E0%A4%A' });
    expect(matchRoute('/apps/:id', '/apps/a%20b')).toEqual({ id: 'a b' });
  });
});
