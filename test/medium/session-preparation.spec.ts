// Goal: who waits for a session can see how far it is, at any replica; nothing else about the session moves for that.
// Method: the real session service on SQLite files and the in-process bus; the runtime is a double that tells what a
// test has it tell.
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FindSession, RecordPreparation, StopSession } from '#shared/contracts/session.js';
import { recordedEvents } from '#shared/es/recorded-events.js';
import type { StartListener } from '#services/session/adapters/runtime-driver.js';
import { RECORD_INTERVAL_MS } from '#services/session/process/preparation-recorder.js';
import { asked } from '#test/support/catalog-host.js';
import { MemoryRuntimeDriver } from '#test/support/memory-runtime-driver.js';
import { openSessionHost, resultIn, type SessionHost } from '#test/support/session-host.js';
import { until } from '#test/support/waits.js';

const TOTAL = 3_000_000_000;
const bytes = (done: number) => ({ step: 'image', done, total: TOTAL }) as const;

const TIMER_EARLY_MS = 100;

let driver: MemoryRuntimeDriver;
let host: SessionHost;
let tell: StartListener;
let becomeReady: () => void;
let fail: (cause: Error) => void;
afterEach(() => host.close());

/** Requests a session whose start waits for the test. */
async function starting(): Promise<string> {
  driver = new MemoryRuntimeDriver();
  holdStarts();
  host = await openSessionHost({ driver });
  await host.register('term');
  const { id } = await host.request('term');
  await until('the start', () => driver.started.length === 1);
  return id;
}
function holdStarts(): void {
  driver.ready = (listener) =>
    new Promise((resolve, reject) => {
      tell = listener;
      becomeReady = resolve;
      fail = reject;
    });
}
const preparationOf = async (id: string) => (await host.find(id)).preparation;
const shows = (id: string, done: number) =>
  until(`${id} shows ${done}`, async () => (await preparationOf(id))?.done === done);
const versionOf = async (session_id: string) => {
  const reply = await host.bus.request(FindSession, { session_id }, asked('user'));
  return reply.kind === 'done' ? reply.version : undefined;
};
const records = async (id: string) => {
  const { commits } = await host.log.read({ after: 0, services: ['session'] });
  return commits
    .filter(({ stream }) => stream === `sortie.event.session.preparation.${id}`)
    .flatMap((commit) => recordedEvents(commit));
};
const record = (session_id: string, done: number, started_at: string, role = 'system' as const) =>
  host.bus.request(RecordPreparation, { session_id, started_at, ...bytes(done) }, asked(role));

describe('a session that is being created', () => {
  it('shows how far it is, and is at the version that it was at', async () => {
    const id = await starting();
    expect(await preparationOf(id)).toBeNull();
    const before = await versionOf(id);
    tell(bytes(42));
    await shows(id, 42);
    expect(await preparationOf(id)).toEqual(bytes(42));
    expect(await versionOf(id)).toBe(before);
    const [event] = await records(id);
    expect(event?.data).toMatchObject({ sessionId: id, userId: 'user-1', ...bytes(42) });
    expect(event?.cloud.actor).toBe('system');
  });

  it('shows the last that was told, one record in two seconds', async () => {
    const id = await starting();
    const request = host.bus.request.bind(host.bus);
    const askedAt: number[] = [];
    vi.spyOn(host.bus, 'request').mockImplementation(async (operation, data, context) => {
      // When it is asked for, not when it is on record: that may take its time.
      if (operation.name === RecordPreparation.name) askedAt.push(performance.now());
      return (await request(operation, data, context)) as never;
    });
    for (let done = 1; done <= 100; done += 1) tell(bytes(done));
    await shows(id, 100);
    expect(await records(id)).toHaveLength(2);
    const [first = 0, second = 0] = askedAt;
    expect(second - first).toBeGreaterThanOrEqual(RECORD_INTERVAL_MS - TIMER_EARLY_MS);
  });

  it('shows nothing of it once it runs, whatever is told late', async () => {
    const id = await starting();
    tell(bytes(42));
    await shows(id, 42);
    becomeReady();
    expect(await host.reaches(id, 'running')).toMatchObject({ preparation: null });
    tell(bytes(43));
    const late = await record(id, 43, new Date().toISOString());
    expect(late).toMatchObject({ kind: 'rejected', code: 'TransitionForbidden' });
    expect(await preparationOf(id)).toBeNull();
    expect(await records(id)).toHaveLength(1);
    expect(await host.told(id)).toEqual(['SessionRequested', 'SessionPreparing', 'SessionStarted']);
  });

  it('has what was told on record before its outcome, however slow the record is', async () => {
    const id = await starting();
    const request = host.bus.request.bind(host.bus);
    vi.spyOn(host.bus, 'request').mockImplementation(async (operation, data, context) => {
      if (operation.name === RecordPreparation.name) await delay(100);
      return (await request(operation, data, context)) as never;
    });
    tell(bytes(42));
    becomeReady();
    await host.reaches(id, 'running');
    expect(await host.told(id)).toEqual(['SessionRequested', 'SessionPreparing', 'SessionStarted']);
  });

  it('asks for no record any more once it runs', async () => {
    const id = await starting();
    const asking = vi.spyOn(host.bus, 'request');
    tell(bytes(42));
    tell(bytes(43));
    becomeReady();
    await host.reaches(id, 'running');
    await delay(RECORD_INTERVAL_MS + 200);
    const names = asking.mock.calls.map(([operation]) => operation.name);
    expect(names.filter((name) => name === RecordPreparation.name)).toHaveLength(1);
  });

  it('shows nothing of it once it has failed or was cancelled', async () => {
    const failed = await starting();
    tell(bytes(42));
    await shows(failed, 42);
    fail(new Error('The image is not there.'));
    expect(await host.reaches(failed, 'failed')).toMatchObject({ preparation: null });

    const { id } = await host.request('term');
    await until('the next start', () => driver.started.length === 2);
    tell(bytes(7));
    await shows(id, 7);
    const stopped = await host.bus.request(StopSession, { session_id: id }, asked('user'));
    expect(resultIn(stopped)).toMatchObject({ status: 'failed', preparation: null });
  });

  it('starts although nothing can be recorded', async () => {
    const id = await starting();
    tell({ step: 'image', done: -1, total: Number.NaN });
    becomeReady();
    expect(await host.reaches(id, 'running')).toMatchObject({ preparation: null });
    expect(await records(id)).toEqual([]);
  });

  it('goes on from the start that follows a crash, and not from the one before', async () => {
    const id = await starting();
    tell(bytes(42));
    await shows(id, 42);
    const [startedAt = ''] = (await records(id)).map(
      ({ data }) => (data as { startedAt: string }).startedAt,
    );
    const { machine } = driver;
    await host.leave();
    driver = new MemoryRuntimeDriver(machine);
    driver.put(id, 'dead');
    holdStarts();
    host = await openSessionHost({ driver, folder: host.folder });
    await until('the start', () => driver.started.length === 1);
    tell(bytes(10));
    await shows(id, 10);
    // The replica that was held up wakes and tells of its own start.
    expect(await record(id, 99, startedAt)).toMatchObject({ kind: 'done' });
    expect(await preparationOf(id)).toMatchObject({ done: 10 });
    becomeReady();
    await host.reaches(id, 'running');
  });
});

describe('how far a session is', () => {
  it.each(['user', 'admin', 'console'] as const)('is not for a %s to tell', async (role) => {
    const id = await starting();
    const reply = await record(id, 1, new Date().toISOString(), role as never);
    expect(reply).toMatchObject({ kind: 'rejected', code: 'Forbidden' });
    expect(await records(id)).toEqual([]);
  });

  it('is told of sessions that there are', async () => {
    await starting();
    const reply = await record('nobodys', 1, new Date().toISOString());
    expect(reply).toMatchObject({ kind: 'rejected', code: 'SessionUnknown' });
  });

  it('comes out of a rebuild as it was', async () => {
    const id = await starting();
    tell(bytes(42));
    await shows(id, 42);
    const report = await host.service.projector.rebuild('session.sessions');
    expect(report?.hashAfter).toBe(report?.hashBefore);
    expect(await preparationOf(id)).toEqual(bytes(42));
  });
});
