// Goal: sessions are asked for, found, listed, used and stopped as the API promises, and all of it is in the log.
// Method: the real session service and catalogue on SQLite files and the in-process bus; the runtime is a double.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReviseApp, RetireApp } from '#shared/contracts/catalog.js';
import {
  FindSession,
  ListSessions,
  RecordActivity,
  RequestSession,
  StopSession,
} from '#shared/contracts/session.js';
import { asked } from '#test/support/catalog-host.js';
import { MemoryRuntimeDriver } from '#test/support/memory-runtime-driver.js';
import { openSessionHost, resultIn, type SessionHost } from '#test/support/session-host.js';
import { until } from '#test/support/waits.js';

const LIFETIME_MS = 7_200_000;
let driver: MemoryRuntimeDriver;
let host: SessionHost;
beforeEach(async () => {
  driver = new MemoryRuntimeDriver();
  host = await openSessionHost({ driver });
  await host.register('term');
});
afterEach(() => host.close());

const stranger = () => asked('user', { actor: { id: 'user-2', role: 'user' } });
const stop = (session_id: string, context = asked('user')) =>
  host.bus.request(StopSession, { session_id }, context);

describe('requesting a session', () => {
  it('answers at once with a creating one, which then runs and knows its runtime', async () => {
    let ready: () => void = () => undefined;
    driver.ready = () => new Promise((resolve) => (ready = resolve));
    const askedAt = Date.now();
    const session = await host.request('term');
    const answeredAt = Date.now();
    expect(session).toMatchObject({
      user_id: 'user-1',
      app_id: 'term',
      app_name: 'term',
      status: 'creating',
      pod_name: null,
      last_active_at: null,
    });
    const created = [session.created_at, new Date(Date.parse(session.expires_at) - LIFETIME_MS)];
    for (const time of created.map((one) => new Date(one).getTime())) {
      expect(time).toBeGreaterThanOrEqual(askedAt);
      expect(time).toBeLessThanOrEqual(answeredAt);
    }
    await until('the start', () => driver.started.length === 1);
    ready();
    expect(await host.reaches(session.id, 'running')).toMatchObject({
      pod_name: `sortie-${session.id}`,
    });
    expect(driver.started[0]).toMatchObject({
      sessionId: session.id,
      image: 'sortie/terminal',
      geometry: { width: 1280, height: 800 },
    });
  });

  it('gives a repeated request the same session and never two desktops', async () => {
    const context = asked('user');
    const first = await host.request('term', context);
    const twice = await Promise.all([1, 2, 3].map(() => host.request('term', context)));
    await host.reaches(first.id, 'running');
    await host.bus.request(RetireApp, { app_id: 'term' }, asked('admin'));
    const late = await host.request('term', context);
    expect([...twice, late].map(({ id, status }) => [id, status])).toEqual(
      Array.from({ length: 4 }, () => [first.id, 'creating']),
    );
    expect(driver.started).toHaveLength(1);
  });

  it('refuses a key that came with another app', async () => {
    await host.register('other');
    const context = asked('user');
    await host.request('term', context);
    const reply = await host.bus.request(RequestSession, { app_id: 'other' }, context);
    expect(reply).toMatchObject({ kind: 'rejected', code: 'IdempotencyKeyReused' });
  });

  it('hides apps that the user may not see', async () => {
    await host.register('secret', { visibility: 'admin_only' });
    const request = (role: 'user' | 'admin') =>
      host.bus.request(RequestSession, { app_id: 'secret' }, asked(role));
    expect(await request('user')).toMatchObject({ kind: 'rejected', code: 'AppUnknown' });
    expect(await request('admin')).toMatchObject({ kind: 'done' });
    const [refused] = (await host.log.read({ after: 0, services: ['session'] })).commits;
    expect(refused?.events[0]).toMatchObject({
      type: 'sortie.session.AttemptRefused.v1',
      actor: 'user-1',
      data: { operation: 'RequestSession', resourceId: 'secret', code: 'AppUnknown' },
    });
  });

  it('is for container apps', async () => {
    await host.register('web', { launch_type: 'url', url: 'https://a.example' });
    const reply = await host.bus.request(RequestSession, { app_id: 'web' }, asked('user'));
    expect(reply).toMatchObject({ kind: 'rejected', code: 'NotAContainerApp' });
  });

  it('keeps the image of the moment when the app changes later', async () => {
    driver.ready = () => new Promise(() => undefined);
    const { id } = await host.request('term');
    const app = { name: 'x', launch_type: 'container', container_image: 'new/image' };
    const data = ReviseApp.data.parse({ app_id: 'term', app });
    resultIn(await host.bus.request(ReviseApp, data as never, asked('admin')));
    await until('the start', () => driver.started.length === 1);
    expect(driver.started[0]).toMatchObject({ sessionId: id, image: 'sortie/terminal' });
  });
});

describe('stopping a session', () => {
  it('ends it first and then its runtime', async () => {
    const { id } = await host.request('term');
    await host.reaches(id, 'running');
    expect(resultIn(await stop(id))).toMatchObject({
      status: 'stopped',
      reason: 'it was stopped by its user',
    });
    await host.tells(id, 'RuntimeEnded');
    expect(driver.machine.size).toBe(0);
    expect(await host.told(id)).toEqual([
      'SessionRequested',
      'SessionStarted',
      'SessionStopped',
      'RuntimeEnded',
    ]);
    expect(await stop(id)).toMatchObject({ kind: 'rejected', code: 'SessionEnded' });
  });

  it('gives a repeated request its first answer', async () => {
    const { id } = await host.request('term');
    await host.reaches(id, 'running');
    const context = asked('user');
    const first = resultIn(await stop(id, context));
    await host.tells(id, 'RuntimeEnded');
    expect(resultIn(await stop(id, context))).toEqual(first);
  });

  it('cancels one that is still being created', async () => {
    driver.ready = () => new Promise(() => undefined);
    const { id } = await host.request('term');
    await until('the start', () => driver.machine.has(id));
    expect(resultIn(await stop(id))).toMatchObject({ status: 'failed', reason: 'cancelled' });
    await host.tells(id, 'RuntimeEnded');
    expect(driver.machine.size).toBe(0);
  });

  it('is for its user and for administrators, and says nothing of it to others', async () => {
    const { id } = await host.request('term');
    const unknown = { kind: 'rejected', code: 'SessionUnknown' };
    expect(await stop(id, stranger())).toMatchObject(unknown);
    expect(await host.bus.request(FindSession, { session_id: id }, stranger())).toMatchObject(
      unknown,
    );
    await host.reaches(id, 'running');
    expect(resultIn(await stop(id, asked('admin')))).toMatchObject({
      status: 'stopped',
      reason: 'it was stopped by an administrator',
    });
  });
});

describe('the list of sessions', () => {
  const list = (data: object, context = asked('user')) =>
    host.bus.request(ListSessions, ListSessions.data.parse(data), context);

  it('shows the own ones, newest first, in pages that stay put while new ones come', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) ids.unshift((await host.request('term')).id);
    await host.request('term', stranger());
    const first = resultIn(await list({ limit: 2 }));
    await host.request('term');
    const second = resultIn(await list({ limit: 2, cursor: first.next_cursor }));
    const third = resultIn(await list({ limit: 2, cursor: second.next_cursor }));
    const pages = [first, second, third].flatMap(({ sessions }) => sessions);
    // Sessions of the same millisecond are told apart by id, so only the set is certain.
    expect(pages.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    const times = pages.map(({ created_at }) => created_at);
    expect(times).toEqual(times.toSorted().toReversed());
    expect(third.next_cursor).toBeUndefined();
  });

  it('can be narrowed to a status', async () => {
    const { id } = await host.request('term');
    const other = await host.request('term');
    await host.reaches(id, 'running');
    await host.reaches(other.id, 'running');
    await stop(id);
    const { sessions } = resultIn(await list({ status: 'stopped' }));
    expect(sessions.map((session) => session.id)).toEqual([id]);
  });

  it("shows everybody's to administrators only", async () => {
    await host.request('term');
    await host.request('term', stranger());
    const everybody = resultIn(await list({ scope: 'all' }, asked('admin')));
    expect(everybody.sessions).toHaveLength(2);
    expect(await list({ scope: 'all' })).toMatchObject({ kind: 'rejected', code: 'Forbidden' });
  });

  it.each(['"gimp"', '"yesterday x"', '"0000-01-01T00:00:00.000Z x"', '"\\u0000 \\u0000"'])(
    'refuses a cursor of another list: %s',
    async (key) => {
      const cursor = Buffer.from(key).toString('base64url');
      expect(await list({ cursor })).toMatchObject({ kind: 'rejected', code: 'InvalidRequest' });
    },
  );
});

describe('the use of a session', () => {
  const used = (session_id: string, at: string) =>
    host.bus.request(RecordActivity, { session_id, at }, asked('system'));

  it('is seen without a new version of the session, and never goes back', async () => {
    const { id } = await host.request('term');
    await host.reaches(id, 'running');
    const version = async () => {
      const reply = await host.bus.request(FindSession, { session_id: id }, asked('user'));
      return reply.kind === 'done' && reply.version;
    };
    const before = await version();
    const late = new Date().toISOString();
    await used(id, late);
    await used(id, new Date(Date.parse(late) - 60_000).toISOString());
    expect(await host.find(id)).toMatchObject({ last_active_at: late });
    expect(await version()).toBe(before);
  });

  it('can not lie in the future', async () => {
    const { id } = await host.request('term');
    await used(id, '2199-01-01T00:00:00.000Z');
    const { last_active_at } = await host.find(id);
    expect(Date.parse(last_active_at ?? '')).toBeLessThanOrEqual(Date.now());
  });

  it('is over when the session is', async () => {
    const { id } = await host.request('term');
    await host.reaches(id, 'running');
    await stop(id);
    const reply = await used(id, new Date().toISOString());
    expect(reply).toMatchObject({ kind: 'rejected', code: 'SessionEnded' });
  });
});

describe('the read model', () => {
  it('comes out of a rebuild as it was', async () => {
    const { id } = await host.request('term');
    const kept = await host.request('term');
    await host.reaches(id, 'running');
    await host.reaches(kept.id, 'running');
    await stop(id);
    await host.tells(id, 'RuntimeEnded');
    for (const { name } of await host.service.projector.status()) {
      const report = await host.service.projector.rebuild(name);
      expect(report).toMatchObject({ name, hashAfter: report?.hashBefore });
    }
  });

  it('does not change when events come a second time', async () => {
    const { id } = await host.request('term');
    await host.reaches(id, 'running');
    await stop(id);
    await host.tells(id, 'RuntimeEnded');
    await until('the rows have it, too', () => host.service.caughtUp());
    const hash = async () => (await host.service.projector.stateHash('session.sessions'))?.hash;
    const before = await hash();
    await host.leave();
    await host.place.sql(
      'session',
      "UPDATE projections SET sequence = 0 WHERE table_name = 'sessions'",
    );
    host = await openSessionHost({ driver, folder: host.folder });
    expect(await hash()).toBe(before);
  });
});
