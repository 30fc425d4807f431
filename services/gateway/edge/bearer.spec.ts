import { describe, expect, it } from 'vitest';
import { bearerOf, usesBearer } from './bearer.js';

const having = (authorization?: string) => ({
  headers: authorization === undefined ? {} : { authorization },
});

describe('an API token in the header', () => {
  it.each([
    ['Bearer srt_abc-_', 'srt_abc-_'],
    ['bearer srt_abc', 'srt_abc'],
    ['BEARER   a.b=', 'a.b='],
  ])('is read from %j', (header, token) => {
    expect(usesBearer(having(header))).toBe(true);
    expect(bearerOf(having(header))).toBe(token);
  });

  it.each(['Bearer', 'Bearer ', 'Bearer a b', 'Bearer "a"', 'Bearer a,b'])(
    'is none in %j, and no cookie takes its place',
    (header) => {
      expect(usesBearer(having(header))).toBe(true);
      expect(bearerOf(having(header))).toBeUndefined();
    },
  );

  it.each([undefined, '', 'Basic dTpw', 'Bearerish a', 'srt_abc'])(
    'is not meant by %j',
    (header) => {
      expect(usesBearer(having(header))).toBe(false);
      expect(bearerOf(having(header))).toBeUndefined();
    },
  );
});
