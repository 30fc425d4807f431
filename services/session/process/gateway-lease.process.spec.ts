import { describe, expect, it } from 'vitest';
import { GATEWAY_LOST_MS, VIEWERS_CONFIRMED_MS } from '#shared/contracts/sharing.js';
import { lostGateways } from './gateway-lease.process.js';

const T = Date.parse('2026-11-21T10:00:00.000Z');
const at = (ms: number): string => new Date(T + ms).toISOString();
const isLost = (latestJoinMs: number, confirmedMs: number | null, sinceMs = -Infinity): boolean => {
  const confirmedAt = confirmedMs === null ? null : at(confirmedMs);
  const gateways = [{ id: 'g1', latestJoin: at(latestJoinMs), confirmedAt }];
  return lostGateways(gateways, T, T + sinceMs).length > 0;
};

describe('a gateway', () => {
  it('has several chances to say that it runs', () => {
    expect(GATEWAY_LOST_MS).toBeGreaterThan(2 * VIEWERS_CONFIRMED_MS);
  });

  it.each([
    ['has just confirmed', -3_600_000, -GATEWAY_LOST_MS, false],
    ['was silent for too long', -3_600_000, -GATEWAY_LOST_MS - 1, true],
    ['has a viewer that came a moment ago', 0, -GATEWAY_LOST_MS - 1, false],
    ['never confirmed, but joined somebody lately', -GATEWAY_LOST_MS, null, false],
    ['never confirmed', -GATEWAY_LOST_MS - 1, null, true],
  ])('that %s is lost: %4$s', (_, latestJoinMs, confirmedMs, expected) => {
    expect(isLost(latestJoinMs, confirmedMs)).toBe(expected);
  });

  it('is not lost while nobody could have heard it', () => {
    const longAgo = -10 * GATEWAY_LOST_MS;
    expect(isLost(longAgo, longAgo, -GATEWAY_LOST_MS)).toBe(false);
    expect(isLost(longAgo, longAgo, -GATEWAY_LOST_MS - 1)).toBe(true);
  });
});
