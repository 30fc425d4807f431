// Goal: whatever happens to runtimes, to the server or to the driver, runtimes end up as the log says they should.
// Method: the real session service on SQLite files, left and opened again on the same folder as after a crash; the
// runtime driver is a double whose machine outlives it, so that every failure can be brought about.
import { afterEach, describe, expect, it } from 'vitest';
import { StopSession } from '#shared/contracts/session.js';
import { recordedEvents } from '#shared/es/recorded-events.js';
import { RuntimeFailure } from '#services/session/adapters/runtime-driver.js';
import type { SessionTimeouts } from '#services/session/config.js';
import { asked } from '#test/support/catalog-host.js';
import { MemoryRuntimeDriver } from '#test/support/memory-runtime-driver.js';
import { openSessionHost, resultIn, type SessionHost } from '#test/support/session-host.js';
import { until } from '#test/support/waits.js';

let driver: MemoryRuntimeDriver;
let host: SessionHost;
afterEach(() => host.close());

const never = () => new Promise<void>(() => undefined);
async function open(timeouts: Partial<SessionTimeouts> = {}): Promise<void> {
  driver = new MemoryRuntimeDriver();
  host = await openSessionHost({ driver, timeouts });
  await host.register('term');
}
/** Leaves the server without ending a session and starts it again; `meanwhile` happens to the machine. */
async function crash(
  meanwhile: (next: MemoryRuntimeDriver) => void = () => undefined,
  timeouts: Partial<SessionTimeouts> = {},
): Promise<void> {
  const { machine } = driver;
  await host.leave();
  driver = new MemoryRuntimeDriver(machine);
  meanwhile(driver);
  host = await openSessionHost({ driver, timeouts, folder: host.folder });
}
async function running(): Promise<string> {
  const { id } = await host.request('term');
  await host.reaches(id, 'running');
  return id;
}
const stop = (session_id: string) =>
  host.bus.request(StopSession, { session_id }, asked('user')).then(resultIn);

describe('starting', () => {
  it('runs at most four starts at once, and every session in the end', async () => {
    await open();
    const gates: (() => void)[] = [];
    driver.ready = () => new Promise((resolve) => gates.push(resolve));
    const asked10 = await Promise.all(Array.from({ length: 10 }, () => host.request('term')));
    for (let i = 0; i < 10; i += 1) (await until('a start', () => gates.shift()))();
    for (const { id } of asked10) await host.reaches(id, 'running');
    expect(driver.startsAtOnceMax).toBe(4);
    expect(driver.started).toHaveLength(10);
  });

  it('fails when the desktop is not ready in time, and cleans up', async () => {
    await open({ readyMs: 150 });
    driver.ready = never;
    const { id } = await host.request('term');
    const reason = 'the desktop was not ready within 0 seconds';
    expect(await host.reaches(id, 'failed')).toMatchObject({ reason });
    await host.tells(id, 'RuntimeEnded');
    expect(driver.machine.size).toBe(0);
  });

  it("fails with the driver's reason", async () => {
    await open();
    const why = 'Xtigervnc is not installed.';
    driver.ready = () => Promise.reject(new RuntimeFailure('ProgramMissing', why));
    const { id } = await host.request('term');
    expect(await host.reaches(id, 'failed')).toMatchObject({ reason: why });
    await host.tells(id, 'RuntimeEnded');
  });

  it('frees its place in the queue when the session is cancelled meanwhile', async () => {
    await open();
    driver.ready = never;
    const five = await Promise.all(Array.from({ length: 5 }, () => host.request('term')));
    await until('four starts', () => driver.started.length === 4);
    const waiting = five.find(({ id }) => !driver.started.some((spec) => spec.sessionId === id));
    await stop(waiting?.id ?? '');
    for (const { id } of five.filter((one) => one !== waiting)) await stop(id);
    for (const { id } of five) await host.tells(id, 'RuntimeEnded');
    expect(driver.started.map((spec) => spec.sessionId)).not.toContain(waiting?.id);
    expect(driver.startsAtOnce).toBe(0);
  });
});

describe('an end', () => {
  it('that fails twice is tried again, later each time, and every attempt is on record', async () => {
    await open();
    const id = await running();
    driver.stopsToFail = 2;
    await stop(id);
    await host.tells(id, 'RuntimeEnded');
    expect(await host.told(id)).toEqual([
      'SessionRequested',
      'SessionStarted',
      'SessionStopped',
      'RuntimeEndFailed',
      'RuntimeEndFailed',
      'RuntimeEnded',
    ]);
    const { commits } = await host.log.read({ after: 0, services: ['session'] });
    const events = commits.flatMap((commit) => recordedEvents(commit));
    const failures = events.filter(({ type }) => type === 'RuntimeEndFailed');
    expect(failures.map(({ data }) => data)).toMatchObject([
      { attempt: 1, reason: 'A process waits in the kernel.' },
      { attempt: 2 },
    ]);
    const times = [...failures, ...events.filter(({ type }) => type === 'RuntimeEnded')];
    const [first = 0, second = 0, last = 0] = times.map(({ cloud }) => Date.parse(cloud.time));
    expect(second - first).toBeGreaterThanOrEqual(1_000);
    expect(last - second).toBeGreaterThanOrEqual(2_000);
  });

  it('by the app itself stops the session', async () => {
    await open();
    const id = await running();
    driver.exit(id, 'the app ended with status 0');
    expect(await host.reaches(id, 'stopped')).toMatchObject({ reason: 'the app was closed' });
    await host.tells(id, 'RuntimeEnded');
    expect(driver.machine.size).toBe(0);
  });

  it('of the display fails the session', async () => {
    await open();
    const id = await running();
    driver.exit(id, 'the display server ended');
    expect(await host.reaches(id, 'failed')).toMatchObject({ reason: 'the display server ended' });
  });

  it('comes when the time is over', async () => {
    // Long enough to start in, however busy the machine is.
    await open({ lifetimeMs: 2_000 });
    const { id, expires_at } = await host.request('term');
    const { updated_at } = await host.reaches(id, 'expired');
    expect(updated_at >= expires_at).toBe(true);
    await host.tells(id, 'RuntimeEnded');
    expect(await host.told(id)).toContain('SessionStarted');
    expect(driver.machine.size).toBe(0);
  });

  it('is done once, however often the session is looked at', async () => {
    await open();
    const id = await running();
    await stop(id);
    for (let i = 0; i < 50; i += 1) host.supervision.wake(id);
    await host.tells(id, 'RuntimeEnded');
    await host.supervision.reconcile();
    expect(driver.stopped).toEqual([id]);
    expect((await host.told(id)).filter((type) => type === 'RuntimeEnded')).toHaveLength(1);
  });
});

describe('after a crash', () => {
  it('adopts what runs, and hears how it ends', async () => {
    await open();
    const id = await running();
    await crash();
    await host.tells(id, 'RuntimeAdopted');
    expect(await host.find(id)).toMatchObject({ status: 'running' });
    await crash();
    await until('the second adoption', async () => {
      return (await host.told(id)).filter((type) => type === 'RuntimeAdopted').length === 2;
    });
    driver.exit(id, 'the app ended with status 0');
    await host.reaches(id, 'stopped');
    expect(driver.started).toEqual([]);
  });

  it('fails what is gone, and what died while nobody watched', async () => {
    await open();
    const [gone, dead] = [await running(), await running()];
    await crash((next) => {
      next.machine.delete(gone);
      next.put(dead, 'dead');
    });
    for (const id of [gone, dead]) {
      expect(await host.reaches(id, 'failed')).toMatchObject({ reason: 'the desktop was lost' });
      await host.tells(id, 'RuntimeEnded');
    }
  });

  it('starts again what was being created, on clean ground', async () => {
    await open();
    driver.ready = never;
    const { id } = await host.request('term');
    await until('the start', () => driver.machine.has(id));
    await crash((next) => next.put(id, 'dead'));
    await host.reaches(id, 'running');
    expect(driver.stopped).toEqual([id]);
    expect(driver.started).toHaveLength(1);
  });

  it('fails what was being created for too long', async () => {
    await open();
    driver.ready = never;
    const { id } = await host.request('term');
    await crash(undefined, { readyMs: 1 });
    await host.reaches(id, 'failed');
    expect(driver.started).toEqual([]);
  });

  it('ends what a session left that had ended already', async () => {
    await open();
    const id = await running();
    driver.stopsToFail = 1;
    await stop(id);
    await host.tells(id, 'RuntimeEndFailed');
    await crash();
    await host.tells(id, 'RuntimeEnded');
    expect(driver.machine.size).toBe(0);
  });

  it('reaps runtimes of sessions that are over, and of nobody', async () => {
    await open();
    const over = await running();
    await stop(over);
    await host.tells(over, 'RuntimeEnded');
    await crash((next) => {
      next.put(over, 'running');
      next.put('nobodys', 'running');
    });
    await host.tells(over, 'RuntimeReaped');
    await host.tells('nobodys', 'RuntimeReaped');
    expect(driver.machine.size).toBe(0);
    expect(await host.find(over)).toMatchObject({ status: 'stopped' });
  });
});

describe('a shutdown', () => {
  it('ends every session and its runtime, and takes no new ones', async () => {
    await open();
    const id = await running();
    driver.ready = never;
    const creating = (await host.request('term')).id;
    await until('the start', () => driver.machine.has(creating));
    const stopped = host.supervision.stopAll(30_000);
    await expect(host.request('term')).rejects.toThrow('RuntimeUnavailable');
    expect(await stopped).toEqual([]);
    const reason = 'Sortie was shut down';
    expect(await host.find(id)).toMatchObject({ status: 'stopped', reason });
    expect(await host.find(creating)).toMatchObject({ status: 'failed', reason });
    expect(driver.machine.size).toBe(0);
    expect((await host.told(id)).at(-1)).toBe('RuntimeEnded');
  });

  it('does not wait for ever, and the next start goes on', async () => {
    await open();
    const id = await running();
    driver.stopsToFail = 1_000;
    expect(await host.supervision.stopAll(200)).toEqual([id]);
    await crash();
    await host.tells(id, 'RuntimeEnded');
  });
});
