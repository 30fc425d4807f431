import { describe, it } from 'vitest';
import type { Ending, SessionLifeEvent } from '#shared/contracts/session.js';
import { given } from '#test/support/given.js';
import { session, type SessionCommand } from './session.js';

const sessionId = 's1';
const whose = { sessionId, userId: 'u1', appId: 'gimp' };
const expiresAt = '2026-11-20T12:00:00.000Z';
const requested: SessionLifeEvent = {
  type: 'SessionRequested',
  data: {
    ...{ ...whose, appName: 'Gimp', image: 'apps/gimp:1', expiresAt },
    geometry: { width: 1280, height: 800 },
  },
};
const endpoint = { kind: 'unix', path: '/run/s1.sock' } as const;
const started: SessionLifeEvent = {
  type: 'SessionStarted',
  data: { ...whose, podName: 'sortie-s1', podIp: null, endpoint },
};
const stopped: SessionLifeEvent = { type: 'SessionStopped', data: { ...whose, reason: 'x' } };
const expire = (at: string, ending: Ending = 'lifetime'): SessionCommand => ({
  type: 'ExpireSession',
  data: { sessionId, at, ending, reason: 'its time was over' },
});

describe('the time of a session', () => {
  const MINUTE_MS = 60_000;
  const extend = (lifetimeMaxMs = 300 * MINUTE_MS): SessionCommand => ({
    type: 'ExtendSession',
    data: { sessionId, stepMs: 120 * MINUTE_MS, lifetimeMaxMs },
  });
  const extended = (at: string): SessionLifeEvent => ({
    type: 'SessionExtended',
    data: { ...whose, expiresAt: at },
  });
  const admitted: SessionLifeEvent = {
    type: 'SessionAdmitted',
    data: { ...whose, expiresAt: '2026-11-20T15:00:00.000Z' },
  };
  const warn = (endsAt: string): SessionCommand => ({
    type: 'WarnOfExpiry',
    data: { sessionId, endsAt, ending: 'lifetime' },
  });

  it('is over also when nobody used it', () => {
    given(session)(requested, started)
      .when(expire('2026-11-20T10:30:00.000Z', 'idle'))
      .records({ type: 'SessionExpired', data: { ...whose, reason: 'its time was over' } });
  });

  it('grows in steps, up to the longest there is', () => {
    const first = extended('2026-11-20T14:00:00.000Z');
    const last = extended('2026-11-20T15:00:00.000Z');
    given(session)(requested, started).when(extend()).records(first);
    given(session)(requested, started, first).when(extend()).records(last);
    given(session)(requested, started, first, last).when(extend()).rejects('LifetimeReached');
  });

  it('does not grow where it is as long as it may be from the start', () => {
    given(session)(requested, started)
      .when(extend(120 * MINUTE_MS))
      .rejects('LifetimeReached');
  });

  it('counts from the admission', () => {
    given(session)(requested)
      .when({ type: 'AdmitSession', data: { sessionId, expiresAt: admitted.data.expiresAt } })
      .records(admitted);
    given(session)(requested, admitted, started)
      .when(extend())
      .records(extended('2026-11-20T17:00:00.000Z'));
    given(session)(requested, admitted, started)
      .when(expire(expiresAt))
      .rejects('TransitionForbidden');
  });

  it('can be changed only while it runs', () => {
    given(session)(requested).when(extend()).rejects('SessionNotRunning');
    given(session)(requested, started, stopped).when(extend()).rejects('SessionEnded');
    given(session)(requested, started, stopped).when(warn(expiresAt)).rejects('SessionEnded');
  });

  it('is warned of once for each end', () => {
    const warned = (endsAt: string): SessionLifeEvent => ({
      type: 'SessionExpiryWarned',
      data: { ...whose, endsAt, ending: 'lifetime' },
    });
    const later = '2026-11-20T14:00:00.000Z';
    given(session)(requested, started).when(warn(expiresAt)).records(warned(expiresAt));
    given(session)(requested, started, warned(expiresAt)).when(warn(expiresAt)).records();
    given(session)(requested, started, warned(expiresAt)).when(warn(later)).records(warned(later));
  });
});
