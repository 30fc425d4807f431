import { describe, it } from 'vitest';
import type { ViewersConfirmed } from '#shared/contracts/sharing.js';
import { given } from '#test/support/given.js';
import { gateway } from './gateway.js';

const confirmed = (at: string, viewers = 2): ViewersConfirmed => ({
  type: 'ViewersConfirmed',
  data: { gatewayId: 'g1', viewers, at },
});
const first = confirmed('2026-11-21T10:00:00.000Z');
const next = confirmed('2026-11-21T10:00:30.000Z');

describe('a gateway', () => {
  it('renews its lease while it has viewers', () => {
    given(gateway)(first).when({ type: 'ConfirmViewers', data: next.data }).records(next);
  });

  it('needs none without viewers', () => {
    const data = confirmed('2026-11-21T10:00:00.000Z', 0).data;
    given(gateway)().when({ type: 'ConfirmViewers', data }).records();
  });

  it('is not put back by what is told late', () => {
    given(gateway)(first, next).when({ type: 'ConfirmViewers', data: first.data }).records();
  });
});
