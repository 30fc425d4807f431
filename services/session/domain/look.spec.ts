import { describe, it } from 'vitest';
import type { FrameSeen } from '#shared/contracts/sharing.js';
import { given } from '#test/support/given.js';
import { look } from './look.js';

const seen = (at: string): FrameSeen => ({
  type: 'FrameSeen',
  data: { sessionId: 's1', userId: 'ann', watcherId: 'otto', at },
});
const first = seen('2026-11-21T10:00:00.000Z');

describe('a look at somebody else’s desktop', () => {
  it('is told, and not again for a minute', () => {
    given(look)().when({ type: 'SeeFrame', data: first.data }).records(first);
    const soon = seen('2026-11-21T10:00:59.999Z');
    given(look)(first).when({ type: 'SeeFrame', data: soon.data }).records();
    const later = seen('2026-11-21T10:01:00.000Z');
    given(look)(first).when({ type: 'SeeFrame', data: later.data }).records(later);
  });
});
