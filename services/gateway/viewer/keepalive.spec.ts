import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Keepalive } from './keepalive.js';

const pulse = () => ({
  missedPings: 0,
  ping: vi.fn<() => void>(),
  lost: vi.fn<() => void>(),
});

describe('keepalive', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('pings each connection once an interval', () => {
    const keepalive = new Keepalive(25_000, 2);
    const heard = pulse();
    keepalive.add(heard);
    for (let round = 0; round < 3; round += 1) {
      vi.advanceTimersByTime(25_000);
      heard.missedPings = 0;
    }
    expect(heard.ping).toHaveBeenCalledTimes(3);
    expect(heard.lost).not.toHaveBeenCalled();
  });

  it('gives up a connection that missed two pings', () => {
    const keepalive = new Keepalive(25_000, 2);
    const silent = pulse();
    keepalive.add(silent);
    vi.advanceTimersByTime(74_999);
    expect(silent.lost).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(silent.lost).toHaveBeenCalledTimes(1);
    expect(silent.ping).toHaveBeenCalledTimes(2);
  });

  it('shares one timer and stops it with the last connection', () => {
    const keepalive = new Keepalive(25_000, 2);
    const pulses = [pulse(), pulse(), pulse()];
    for (const each of pulses) keepalive.add(each);
    expect(vi.getTimerCount()).toBe(1);
    for (const each of pulses) keepalive.remove(each);
    expect(vi.getTimerCount()).toBe(0);
  });
});
