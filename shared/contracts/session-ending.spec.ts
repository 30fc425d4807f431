import { describe, expect, it } from 'vitest';
import { comingEndOf, type EndingLimits } from './session-ending.js';

const MINUTE = 60_000;
const START = Date.parse('2026-11-20T10:00:00.000Z');
const iso = (minutes: number) => new Date(START + minutes * MINUTE).toISOString();
const LIMITS: EndingLimits = {
  lifetimeMs: 120 * MINUTE,
  idleMs: 30 * MINUTE,
  warningMs: 5 * MINUTE,
};
const endOf = (touched: number, expires: number, over: Partial<EndingLimits> = {}) => {
  const session = { touched_at: iso(touched), expires_at: iso(expires) };
  const { ending, atMs, warnAtMs } = comingEndOf(session, { ...LIMITS, ...over });
  return [ending, (atMs - START) / MINUTE, (warnAtMs - START) / MINUTE];
};

describe('the end that comes by itself', () => {
  it('of a session that nobody touches comes after its time without use', () => {
    expect(endOf(0, 120)).toEqual(['idle', 30, 25]);
  });

  it('is that of its lifetime when it is used up to then', () => {
    expect(endOf(100, 120)).toEqual(['lifetime', 120, 115]);
  });

  it('does not come for want of use where that is off', () => {
    expect(endOf(0, 120, { idleMs: 0 })).toEqual(['lifetime', 120, 115]);
  });

  it('is told at the half of a limit that is short, and not with every use', () => {
    expect(endOf(10, 120, { idleMs: 4 * MINUTE })).toEqual(['idle', 14, 12]);
    expect(endOf(0, 2, { idleMs: 0, lifetimeMs: 2 * MINUTE })).toEqual(['lifetime', 2, 1]);
  });
});
