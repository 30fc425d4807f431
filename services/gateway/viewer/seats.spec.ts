import { describe, expect, it, vi } from 'vitest';
import { revoked } from './close-reasons.js';
import { Seats } from './seats.js';
import type { ViewerGrant } from './viewer-ports.js';

const grant = (sessionId: string, userId: string): ViewerGrant => ({
  sessionId,
  userId,
  signInId: `sign-in-of-${userId}`,
  mode: 'control',
  target: { kind: 'unix', path: '/run/rfb.sock' },
  expiresAt: 1_000,
});
const holder = () => ({ end: vi.fn<() => void>(), expireAt: vi.fn<() => void>() });
const seats = () => new Seats({ viewersPerSessionMax: 2, viewersPerUserMax: 3 });

describe('seats', () => {
  it('are refused with 429 once a session has its viewers', () => {
    const hall = seats();
    hall.take(grant('s1', 'ann'), holder());
    hall.take(grant('s1', 'bob'), holder());
    expect(() => hall.take(grant('s1', 'cy'), holder())).toThrow('SessionViewersFull');
    expect(() => hall.take(grant('s2', 'cy'), holder())).not.toThrow();
  });

  it('are refused with 429 once a user has their viewers', () => {
    const hall = seats();
    for (const session of ['s1', 's2', 's3']) hall.take(grant(session, 'ann'), holder());
    expect(() => hall.take(grant('s4', 'ann'), holder())).toThrow('UserViewersFull');
  });

  it('can be taken again once freed, and freed twice without harm', () => {
    const hall = seats();
    const first = hall.take(grant('s1', 'ann'), holder());
    hall.take(grant('s1', 'ann'), holder());
    hall.free(first);
    hall.free(first);
    expect(() => hall.take(grant('s1', 'bob'), holder())).not.toThrow();
    expect(hall.size).toBe(2);
  });

  it('are ended for matching grants only', () => {
    const hall = seats();
    const [ann, bob] = [holder(), holder()];
    hall.take(grant('s1', 'ann'), ann);
    hall.take(grant('s1', 'bob'), bob);
    expect(hall.end(({ userId }) => userId === 'ann', revoked)).toBe(1);
    expect(ann.end).toHaveBeenCalledWith(revoked);
    expect(bob.end).not.toHaveBeenCalled();
  });

  it('remember a prolonged expiry for whoever sits there next', () => {
    const hall = seats();
    const sitting = holder();
    const seat = hall.take(grant('s1', 'ann'), sitting);
    expect(hall.prolong(() => true, 9_000)).toBe(1);
    expect(sitting.expireAt).toHaveBeenCalledWith(9_000);
    expect(seat.grant.expiresAt).toBe(9_000);
  });

  it('of a session are never all taken by its guests', () => {
    const hall = new Seats({ viewersPerSessionMax: 4, viewersPerUserMax: 9 });
    const guest = { ...grant('s1', 'gil'), shareId: 'h1' };
    for (let taken = 0; taken < 2; taken += 1) hall.take(guest, holder());
    expect(() => hall.take(guest, holder())).toThrow('SessionViewersFull');
    expect(() => hall.take(grant('s1', 'ann'), holder())).not.toThrow();
    expect(() => hall.take(grant('s1', 'ann'), holder())).not.toThrow();
    expect(() => hall.take(grant('s1', 'ann'), holder())).toThrow('SessionViewersFull');
  });

  it('are prolonged no further than the sign-in or the share', () => {
    const hall = seats();
    const expireAt = vi.fn<(at: number) => void>();
    const sitting = { ...holder(), expireAt };
    const seat = hall.take({ ...grant('s1', 'gil'), latestAt: 5_000 }, sitting);
    hall.prolong(() => true, 9_000);
    expect(seat.grant.expiresAt).toBe(5_000);
    expect(expireAt).toHaveBeenCalledWith(5_000);
  });
});
