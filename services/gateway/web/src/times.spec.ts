import { describe, expect, it } from 'vitest';
import { isoFromLocal, localFromIso, sayDuration, sayExactly, sayLeft, sayWhen } from './times.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const before = (ms: number): string => new Date(NOW - ms).toISOString();

describe('saying when', () => {
  it('uses words near now and the date after a week', () => {
    const said = [5_000, 180_000, 7_200_000, 86_400_000].map((ms) =>
      sayWhen(before(ms), NOW, 'en'),
    );
    expect(said).toEqual(['just now', '3 minutes ago', '2 hours ago', 'yesterday']);
    expect(sayWhen('2026-10-01T12:00:00Z', NOW, 'en')).toBe('Oct 1, 2026');
  });

  it('says nothing for what is no moment', () => {
    expect(sayWhen('soon', NOW)).toBe('');
    expect(sayExactly('soon')).toBe('soon');
  });
});

describe('saying what is left', () => {
  it('uses the units that matter', () => {
    const said = [45_900, 720_000, 7_500_000, 90_000_000].map(sayDuration);
    expect(said).toEqual(['45 s', '12 min', '2 h 05 min', '1 d 1 h']);
  });

  it('never goes below nothing, and is empty without an end', () => {
    expect(sayLeft(before(1), NOW)).toBe('0 s');
    expect(sayLeft(null, NOW)).toBe('');
    expect(sayLeft('soon', NOW)).toBe('');
  });
});

describe('a local time', () => {
  it('becomes an ISO moment', () => {
    expect(isoFromLocal('2026-11-20T12:00')).toBe(new Date(2026, 10, 20, 12).toISOString());
    expect(isoFromLocal('')).toBe('');
    expect(isoFromLocal('x')).toBe('');
  });

  it('is what an ISO moment becomes again', () => {
    expect(localFromIso(isoFromLocal('2026-02-03T04:05'))).toBe('2026-02-03T04:05');
    expect(localFromIso('')).toBe('');
    expect(localFromIso('x')).toBe('');
  });
});
