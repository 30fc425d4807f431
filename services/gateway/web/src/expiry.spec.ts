import { describe, expect, it } from 'vitest';
import type { Session } from './api-types.js';
import { expiryOf, sayExpiry } from './expiry.js';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const session = (parts: Partial<Session>): Session => ({
  id: 's',
  user_id: 'u',
  app_id: 'a',
  app_name: 'Terminal',
  status: 'running',
  created_at: '2026-11-21T10:00:00Z',
  updated_at: '2026-11-21T10:00:00Z',
  expires_at: '2026-11-21T12:05:00Z',
  warn_at: '2026-11-21T11:59:00Z',
  last_active_at: null,
  queue_position: null,
  idle_expires_at: null,
  preparation: null,
  ...parts,
});

describe('the warning before a session ends', () => {
  it('comes with the time that the server gave for it', () => {
    expect(expiryOf(session({}), NOW)).toEqual({ why: 'lifetime', at: '2026-11-21T12:05:00Z' });
    expect(expiryOf(session({ warn_at: '2026-11-21T12:00:01Z' }), NOW)).toBeUndefined();
    expect(expiryOf(session({ warn_at: null }), NOW)).toBeUndefined();
    expect(expiryOf(session({ status: 'stopped' }), NOW)).toBeUndefined();
  });

  it('names the limit that comes first', () => {
    const idle = expiryOf(session({ idle_expires_at: '2026-11-21T12:02:00Z' }), NOW);
    expect(idle).toEqual({ why: 'idle', at: '2026-11-21T12:02:00Z' });
    expect(expiryOf(session({ idle_expires_at: '2026-11-21T12:30:00Z' }), NOW)?.why).toBe(
      'lifetime',
    );
    expect(idle && sayExpiry(idle, NOW)).toMatch(/Nobody has used.* ends in 2 min/);
  });

  it('says how long there is', () => {
    expect(sayExpiry({ why: 'lifetime', at: '2026-11-21T12:05:00Z' }, NOW)).toBe(
      'This session ends in 5 min. Save what you need outside of it.',
    );
  });
});
