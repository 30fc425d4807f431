// Goal: a session's user is told before it ends, can give it more time, and it ends when nobody uses it.
// Method: the real session service and catalogue on SQLite files and the in-process bus; the runtime is a double. The
// limits are short, but longer than a start takes, or the service's clock is ahead: what a test waits for is an event, never
// a time.
import { afterEach, describe, expect, it } from 'vitest';
import { ExtendSession, RecordActivity, type SessionView } from '#shared/contracts/session.js';
import { recordedEvents } from '#shared/es/recorded-events.js';
import type { RequestContext } from '#shared/es/operation.js';
import type { SessionTimeouts } from '#services/session/config.js';
import { asked } from '#test/support/catalog-host.js';
import { MemoryRuntimeDriver } from '#test/support/memory-runtime-driver.js';
import { openSessionHost, resultIn, type SessionHost } from '#test/support/session-host.js';
import { until } from '#test/support/waits.js';

const MINUTE_MS = 60_000;

let driver: MemoryRuntimeDriver;
let host: SessionHost;
let aheadMs: number;
let timeouts: Partial<SessionTimeouts>;
afterEach(() => host.close());

const now = () => new Date(Date.now() + aheadMs);
async function open(over: Partial<SessionTimeouts>): Promise<string> {
  driver = new MemoryRuntimeDriver();
  aheadMs = 0;
  timeouts = over;
  host = await openSessionHost({ driver, timeouts, now });
  await host.register('term');
  const { id } = await host.request('term');
  // One with a short life may be over before anybody has seen it run.
  await until('it has started', async () => (await host.find(id)).status !== 'creating');
  return id;
}
async function crash(): Promise<void> {
  const { machine } = driver;
  await host.leave();
  driver = new MemoryRuntimeDriver(machine);
  host = await openSessionHost({ driver, timeouts, now, folder: host.folder });
}
/** Puts the clock forward and has the supervisor look, as its timers would when the time has come. */
async function pass(ms: number): Promise<void> {
  aheadMs += ms;
  await host.supervision.reconcile();
}
const extend = (session_id: string, context: RequestContext = asked('user')) =>
  host.bus.request(ExtendSession, { session_id }, context);
const touch = (session_id: string) =>
  host.bus
    .request(RecordActivity, { session_id, at: now().toISOString() }, asked('system'))
    .then(resultIn);
const warnings = async (id: string) => {
  const { commits } = await host.log.read({ after: 0, services: ['session'] });
  return commits
    .flatMap((commit) => recordedEvents(commit))
    .filter(({ type }) => type === 'SessionExpiryWarned')
    .map(({ data }) => data as { sessionId: string; userId: string; endsAt: string })
    .filter(({ sessionId }) => sessionId === id);
};
const minutesBetween = (from: string | null, to: string | null): number =>
  (Date.parse(to ?? '') - Date.parse(from ?? '')) / MINUTE_MS;

describe('the end of the lifetime', () => {
  it('is told before it comes, once, to its user', async () => {
    const id = await open({});
    const { warn_at, expires_at } = await host.find(id);
    expect(minutesBetween(warn_at, expires_at)).toBe(5);
    await pass(114 * MINUTE_MS);
    expect(await warnings(id)).toEqual([]);
    await pass(2 * MINUTE_MS);
    await host.tells(id, 'SessionExpiryWarned');
    expect(await warnings(id)).toEqual([
      { sessionId: id, userId: 'user-1', appId: 'term', endsAt: expires_at, ending: 'lifetime' },
    ]);
    await crash();
    await host.tells(id, 'RuntimeAdopted');
    await pass(5 * MINUTE_MS);
    expect(await host.reaches(id, 'expired')).toMatchObject({
      reason: `its time was over at ${expires_at}`,
      warn_at: null,
    });
    expect(await warnings(id)).toHaveLength(1);
  });

  it('is told by a timer, without anybody looking', async () => {
    const id = await open({ lifetimeMs: 3_000, warningMs: 1_000 });
    await host.tells(id, 'SessionExpiryWarned');
    const { updated_at, expires_at } = await host.reaches(id, 'expired');
    expect(updated_at >= expires_at).toBe(true);
  });
});

describe('an extension', () => {
  it('gives a step more, and the next warning comes later', async () => {
    const id = await open({});
    const before = await host.find(id);
    await pass(116 * MINUTE_MS);
    await host.tells(id, 'SessionExpiryWarned');
    const after = resultIn(await extend(id));
    expect(minutesBetween(before.expires_at, after.expires_at)).toBe(120);
    expect(minutesBetween(after.warn_at, after.expires_at)).toBe(5);
    await pass(5 * MINUTE_MS);
    expect(await host.find(id)).toMatchObject({
      ...{ status: 'running', expires_at: after.expires_at },
    });
    await pass(115 * MINUTE_MS);
    await until('the second warning', async () => (await warnings(id)).length === 2);
    await pass(5 * MINUTE_MS);
    await host.reaches(id, 'expired');
  });

  it('ends where a session may not get any older', async () => {
    const id = await open({ lifetimeMaxMs: 300 * MINUTE_MS });
    const first = await host.find(id);
    const steps: SessionView[] = [resultIn(await extend(id)), resultIn(await extend(id))];
    const lives = steps.map(({ expires_at }) => minutesBetween(first.expires_at, expires_at));
    expect(lives).toEqual([120, 180]);
    const { expires_at } = steps[1] ?? first;
    expect(await extend(id)).toMatchObject({
      code: 'LifetimeReached',
      detail: `A session lives 300 minutes at most; this one ends at ${expires_at}. Save your work and launch the app again.`,
    });
    expect(driver.started[0]?.lifetimeSeconds).toBeGreaterThan(300 * 60);
  });

  it('is made once, however often its request comes', async () => {
    const id = await open({});
    const context = asked('user');
    const answers = await Promise.all([1, 2, 3].map(() => extend(id, context)));
    const ends = new Set(answers.map((reply) => resultIn(reply).expires_at));
    expect([...ends]).toEqual([(await host.find(id)).expires_at]);
    expect((await host.told(id)).filter((type) => type === 'SessionExtended')).toHaveLength(1);
  });

  it('is not made of a version that has gone', async () => {
    const id = await open({});
    const stale = await extend(id, asked('user', { expectedVersion: 1 }));
    expect(stale).toMatchObject({ kind: 'rejected', code: 'VersionStale' });
  });

  it('is for the user of the session alone', async () => {
    const id = await open({});
    const stranger = asked('user', { actor: { id: 'user-2', role: 'user' } });
    expect(await extend(id, stranger)).toMatchObject({ code: 'SessionUnknown' });
    expect(await extend(id, asked('admin'))).toMatchObject({ code: 'Forbidden' });
  });
});

describe('a session that nobody uses', () => {
  const IDLE = { idleMs: 30 * MINUTE_MS };

  it('is warned and ends, and its reason says why, also when Sortie was not there', async () => {
    const id = await open(IDLE);
    const { idle_expires_at, warn_at, updated_at } = await host.find(id);
    expect([updated_at, warn_at].map((at) => minutesBetween(at, idle_expires_at))).toEqual([30, 5]);
    await pass(26 * MINUTE_MS);
    await host.tells(id, 'SessionExpiryWarned');
    expect(await warnings(id)).toMatchObject([{ endsAt: idle_expires_at, ending: 'idle' }]);
    aheadMs += 5 * MINUTE_MS;
    await crash();
    expect(await host.reaches(id, 'expired')).toMatchObject({
      reason: 'it was idle: nobody used its keyboard, pointer or clipboard for 30 minutes',
      idle_expires_at: null,
    });
  });

  it('goes on once it is used after the warning, and is warned again the next time', async () => {
    const id = await open(IDLE);
    await pass(26 * MINUTE_MS);
    await host.tells(id, 'SessionExpiryWarned');
    await touch(id);
    const { idle_expires_at, last_active_at } = await host.find(id);
    expect(minutesBetween(last_active_at, idle_expires_at)).toBe(30);
    await pass(6 * MINUTE_MS);
    expect(await host.find(id)).toMatchObject({ status: 'running' });
    await pass(20 * MINUTE_MS);
    await until('the second warning', async () => (await warnings(id)).length === 2);
    await pass(5 * MINUTE_MS);
    await host.reaches(id, 'expired');
  });

  it('has somebody who extends it', async () => {
    const id = await open(IDLE);
    await pass(26 * MINUTE_MS);
    await host.tells(id, 'SessionExpiryWarned');
    resultIn(await extend(id));
    await pass(26 * MINUTE_MS);
    await until('the second warning', async () => (await warnings(id)).length === 2);
    expect(await host.find(id)).toMatchObject({ status: 'running' });
  });

  it('ends by a timer, without anybody looking', async () => {
    const id = await open({ idleMs: 2_000 });
    expect(await host.reaches(id, 'expired')).toMatchObject({
      reason: expect.stringContaining('idle'),
    });
  });

  it('lives as long as others where that is off', async () => {
    const id = await open({ idleMs: 0 });
    expect(await host.find(id)).toMatchObject({ idle_expires_at: null });
    await pass(116 * MINUTE_MS);
    await host.tells(id, 'SessionExpiryWarned');
    expect(await warnings(id)).toMatchObject([{ ending: 'lifetime' }]);
  });
});
