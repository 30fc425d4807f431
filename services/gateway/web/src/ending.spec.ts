import { describe, expect, it } from 'vitest';
import { endingOfClose, endingOfRefusal, isLive, sayEnding } from './ending.js';

describe('a closed viewer', () => {
  it.each([4403, 4404, 4410])('stays closed after code %i', (code) => {
    expect(endingOfClose(code)).toMatchObject({ canRetry: false });
  });

  it('may be opened again by hand after an idle close', () => {
    expect(endingOfClose(4408)).toMatchObject({ canRetry: true });
  });

  it.each([1000, 1006, 1011, 1013])('connects again after code %i', (code) => {
    expect(endingOfClose(code)).toBeUndefined();
  });
});

describe('a refused ticket', () => {
  it('ends the viewer when there is nothing to connect to', () => {
    expect(endingOfRefusal(404, 'Gone.')).toEqual({ why: 'Gone.', canRetry: false });
  });

  it.each([0, 429, 500, 503])('is asked for again after status %i', (status) => {
    expect(endingOfRefusal(status, '')).toBeUndefined();
  });
});

describe('a session that is over', () => {
  it('says how it ended', () => {
    expect(sayEnding({ status: 'expired' })).toContain('time limit');
    expect(sayEnding({ status: 'failed', reason: 'cancelled' })).toContain('cancelled');
    expect(sayEnding({ status: 'failed', reason: 'no such image' })).toBe('Reason: no such image');
    expect(sayEnding({ status: 'failed' })).toContain('no reason');
  });

  it('cannot be opened', () => {
    const statuses = ['creating', 'running', 'stopped', 'expired', 'failed'] as const;
    expect(statuses.filter((status) => isLive({ status }))).toEqual(['creating', 'running']);
  });
});
