import { describe, expect, it } from 'vitest';
import type { Bus } from '#shared/es/operation.js';
import type { ViewerReports } from './viewer-reports.js';
import { viewerPorts } from './viewer-wiring.js';

const HOURS = ['10', '11', '12', '13'].map((hour) => `2026-11-21T${hour}:00:00.000Z`);
const [TEN = '', ELEVEN = '', TWELVE = '', ONE = ''] = HOURS;

const REDEEMED = {
  ...{ session_id: 's1', user_id: 'gil', owner_id: 'una', sign_in_id: 'i1', mode: 'view' },
  ...{ endpoint: { kind: 'unix', path: '/run/x.sock' }, share_id: 'h1' },
};

/** What the gateway takes a ticket for, whose session, share and sign-in end at these times. */
async function grantOf(session: string, share: string | null, signIn: string) {
  const bus = {
    request: async ({ name }: { name: string }) => ({
      kind: 'done',
      result:
        name === 'CheckSignIn'
          ? { expires_at: signIn }
          : {
              ...REDEEMED,
              ...{ expires_at: session, share_expires_at: share },
              share_id: share === null ? null : 'h1',
            },
    }),
  } as unknown as Bus;
  const ports = viewerPorts(bus, {} as ViewerReports, () => undefined);
  const ticket = Buffer.alloc(32, 7).toString('base64url');
  const asked = { sessionId: 's1', ticket, ip: '192.0.2.7', userAgent: 'Firefox' };
  const answer = await ports.redeem(asked);
  if (answer.kind !== 'granted') throw new Error(answer.refusal.detail);
  return answer.grant;
}

describe('what a ticket is taken for', () => {
  it('names the share, and from where it is used', async () => {
    expect(await grantOf(ONE, TWELVE, ONE)).toMatchObject({
      ...{ sessionId: 's1', userId: 'gil', mode: 'view', shareId: 'h1' },
      ...{ ip: '192.0.2.7', userAgent: 'Firefox' },
    });
    expect(await grantOf(ONE, null, ONE)).not.toHaveProperty('shareId');
  });

  it.each([
    ['the session', TEN, ELEVEN, TWELVE, TEN, ELEVEN],
    ['the share', TWELVE, TEN, ELEVEN, TEN, TEN],
    ['the sign-in', TWELVE, ELEVEN, TEN, TEN, TEN],
    ['an owner’s sign-in', TWELVE, null, TEN, TEN, TEN],
  ])('ends with %s, and is prolonged with the session alone', async (...row) => {
    const [, session, share, signIn, endsAt, latestAt] = row;
    const grant = await grantOf(session, share, signIn);
    expect([grant.expiresAt, grant.latestAt]).toEqual([Date.parse(endsAt), Date.parse(latestAt)]);
  });
});
