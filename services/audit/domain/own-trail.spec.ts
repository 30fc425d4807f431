import { expect, it } from 'vitest';
import type { AuditEntry } from '#shared/contracts/audit.js';
import { asSeenBy } from './own-trail.js';

const by = (user: string): AuditEntry => ({
  ...{ id: 1, timestamp: '2026-11-20T08:00:00.000Z', user, action: 'DISABLE_USER', details: {} },
  ...{ resource_type: 'user', resource_id: 'una', ip_address: '192.0.2.7', user_agent: 'Firefox' },
  ...{ outcome: 'done', sequence: 7 },
});

it('from where somebody else did it is not shown to whom it was done to', () => {
  expect(asSeenBy('una', by('admin-1'))).toEqual({
    ...by('admin-1'),
    ip_address: '',
    user_agent: '',
  });
});

it.each(['una', 'anonymous'])('from where is shown of deeds of %s', (user) => {
  expect(asSeenBy('una', by(user))).toEqual(by(user));
});
