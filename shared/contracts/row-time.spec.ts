import { describe, expect, it } from 'vitest';
import { isRowTime, rowTimeOf } from './row-time.js';

describe('a time in a row', () => {
  it.each([
    ['2026-11-20T10:00:00Z', '2026-11-20T10:00:00.000Z'],
    ['2026-11-20T10:00:00.123456+02:00', '2026-11-20T08:00:00.123Z'],
    ['0000-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['0001-01-01T00:00:00+10:00', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59-10:00', '9999-12-31T23:59:59.999Z'],
  ])('is of %s %s', (moment, time) => {
    expect(rowTimeOf(moment)).toBe(time);
    expect(isRowTime(time)).toBe(true);
  });

  it.each([
    '',
    'x',
    '2026-11-20T10:00:00Z',
    '2026-02-31T10:00:00.000Z',
    '2026-13-01T10:00:00.000Z',
    '0000-01-01T00:00:00.000Z',
    '+010000-01-01T00:00:00.000Z',
    '2026-11-20 10:00:00.000Z',
  ])('is never %j', (text) => {
    expect(isRowTime(text)).toBe(false);
  });
});
