// Goal: no more sessions than the quota allows, whoever asks at once; the others wait their turn, also across crashes.
// Method: the real session service and catalogue on SQLite files and the in-process bus; the runtime is a double.
import { afterEach, describe, expect, it } from 'vitest';
import { ADMISSIONS } from '#shared/contracts/admission.js';
import {
  FindQuota,
  RequestSession,
  type SessionView,
  StopSession,
} from '#shared/contracts/session.js';
import { recordedEvents } from '#shared/es/recorded-events.js';
import type { RequestContext } from '#shared/es/operation.js';
import { systemContext } from '#shared/es/system-context.js';
import { QUOTA_DEFAULT, SESSION_TIMEOUTS_DEFAULT } from '#services/session/config.js';
import { admission, type Quota } from '#services/session/domain/admission.js';
import { session } from '#services/session/domain/session.js';
import { ORPHAN_SLOT_MS } from '#services/session/process/next-step.process.js';
import { asked } from '#test/support/catalog-host.js';
import { MemoryRuntimeDriver } from '#test/support/memory-runtime-driver.js';
import { openSessionHost, resultIn, type SessionHost } from '#test/support/session-host.js';

type Start = Omit<Parameters<typeof openSessionHost>[0], 'driver' | 'folder'>;

let driver: MemoryRuntimeDriver;
let host: SessionHost;
afterEach(() => host.close());

async function open(start: Start): Promise<void> {
  driver = new MemoryRuntimeDriver();
  host = await openSessionHost({ driver, ...start });
  await host.register('term');
}
/** Leaves the server without ending a session and starts it again. */
async function crash(start: Start): Promise<void> {
  const { machine } = driver;
  await host.leave();
  driver = new MemoryRuntimeDriver(machine);
  host = await openSessionHost({ driver, ...start, folder: host.folder });
}
const as = (id: string, over: Partial<RequestContext> = {}) =>
  asked('user', { actor: { id, role: 'user' }, ...over });
const launch = (context: RequestContext) =>
  host.bus.request(RequestSession, { app_id: 'term' }, context);
const launched = async (userId: string): Promise<SessionView> => resultIn(await launch(as(userId)));
const stop = async (id: string) =>
  resultIn(await host.bus.request(StopSession, { session_id: id }, asked('admin')));
const quotaOf = async (userId: string) =>
  resultIn(await host.bus.request(FindQuota, {}, as(userId)));
const places = async () => {
  const { running, queued } = await quotaOf('nobody');
  return [running, queued];
};
const positions = async (...ids: string[]) =>
  Promise.all(ids.map(async (id) => (await host.find(id)).queue_position));
/** What was told about the places, as `<event> <session>`, with the position if there is one. */
const toldOfPlaces = async () => {
  const { commits } = await host.log.read({ after: 0, services: ['session'] });
  return commits
    .filter(({ stream }) => stream.endsWith(`.admission.${ADMISSIONS}`))
    .flatMap((commit) => recordedEvents(commit))
    .map(({ type, data }) => ({ type, ...(data as { sessionId: string; position?: number }) }));
};
/** One place, a session that has it, and some that wait for it. */
async function withQueue(quota: Partial<Quota> = {}, start: Start = {}) {
  await open({ ...start, quota: { totalMax: 1, ...quota } });
  const first = await launched('anna');
  await host.reaches(first.id, 'running');
  const bert = await launched('bert');
  const carl = await launched('carl');
  return [first.id, bert.id, carl.id] as const;
}

describe('the quota of one person', () => {
  it('of five lets exactly five of two hundred start that are asked for at once', async () => {
    await open({ quota: { perUserMax: 5 } });
    const replies = await Promise.all(Array.from({ length: 200 }, () => launch(as('anna'))));
    const refused = replies.filter((reply) => reply.kind === 'rejected');
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['QuotaExceeded']));
    expect(refused[0]?.detail).toBe(
      'You have 5 sessions, and one person may have 5; end one and launch again.',
    );
    const done = replies.filter((reply) => reply.kind === 'done');
    expect(done).toHaveLength(5);
    for (const { result } of done) await host.reaches(result.id, 'running');
    expect(driver.started).toHaveLength(5);
    expect(await quotaOf('anna')).toEqual({
      ...{ per_user: 5, total: 100, mine: 5, running: 5, queued: 0 },
    });
    expect(await quotaOf('bert')).toMatchObject({ mine: 0, running: 5 });
  });

  it('is no hindrance to others, and has room again once a session has ended', async () => {
    await open({ quota: { perUserMax: 1 } });
    const { id } = await launched('anna');
    await launched('bert');
    const context = as('anna');
    const { commits: before } = await host.log.read({ after: 0, services: ['session'] });
    expect(await launch(context)).toMatchObject({ kind: 'rejected', code: 'QuotaExceeded' });
    const { commits } = await host.log.read({ after: 0, services: ['session'] });
    const added = commits.slice(before.length).flatMap(({ events }) => events);
    expect(added.filter(({ type }) => type.includes('AttemptRefused'))).toMatchObject([
      { actor: 'anna', data: { operation: 'RequestSession', code: 'QuotaExceeded' } },
    ]);
    await stop(id);
    // The same request, with the same key.
    const again = resultIn(await launch(context));
    expect(again.id).not.toBe(id);
    expect(resultIn(await launch(context)).id).toBe(again.id);
    await host.reaches(again.id, 'running');
  });

  it('is not touched by an app that is not there, nor by a repeated request', async () => {
    await open({ quota: { perUserMax: 1 } });
    const unknown = as('anna');
    const gone = await host.bus.request(RequestSession, { app_id: 'gone' }, unknown);
    expect(gone).toMatchObject({ code: 'AppUnknown' });
    await host.register('gone');
    // The refusal is what this key has got, so the place that was taken for it goes back.
    const still = await host.bus.request(RequestSession, { app_id: 'gone' }, unknown);
    expect(still).toMatchObject({ code: 'AppUnknown' });
    expect(await places()).toEqual([0, 0]);
    const context = as('anna');
    const all = await Promise.all([1, 2, 3].map(() => launch(context)));
    expect(new Set(all.map((reply) => resultIn(reply).id)).size).toBe(1);
    expect(await places()).toEqual([1, 0]);
  });
});

describe('the queue', () => {
  it('holds what has no place, tells its user the position, and lets it in when its turn comes', async () => {
    const [first, second, third] = await withQueue();
    const shown = await host.find(second);
    expect(shown).toMatchObject({
      ...{ status: 'creating', queue_position: 1, warn_at: null },
      reason: 'all places are taken; it is number 1 in the queue',
    });
    expect(await host.find(third)).toMatchObject({ queue_position: 2 });
    expect(driver.started).toHaveLength(1);
    await stop(first);
    const runs = await host.reaches(second, 'running');
    expect(runs).toMatchObject({ queue_position: null });
    expect(runs.reason).toBeUndefined();
    expect(await positions(third)).toEqual([1]);
    const told = await toldOfPlaces();
    expect(told.map(({ type, sessionId, position }) => [type, sessionId, position])).toEqual([
      ['SlotTaken', first, undefined],
      ['SessionQueued', second, 1],
      ['SessionQueued', third, 2],
      ['SlotFreed', first, undefined],
      ['SlotTaken', second, undefined],
      ['QueueMoved', third, 1],
    ]);
    expect(await host.told(second)).toEqual([
      ...['SessionRequested', 'SessionAdmitted', 'SessionStarted'],
    ]);
  });

  it('takes no time from a session: start and lifetime count from the admission', async () => {
    const clock = { aheadMs: 0 };
    const now = () => new Date(Date.now() + clock.aheadMs);
    const [first, second, third] = await withQueue({}, { now });
    // Past the time that a start may take, and past the lifetime.
    clock.aheadMs = 3 * SESSION_TIMEOUTS_DEFAULT.lifetimeMs;
    const admittedMs = now().getTime();
    await stop(first);
    const { expires_at } = await host.reaches(second, 'running');
    const livesMs = Date.parse(expires_at) - admittedMs;
    expect(livesMs).toBeGreaterThanOrEqual(SESSION_TIMEOUTS_DEFAULT.lifetimeMs);
    await host.supervision.reconcile();
    expect(await host.find(third)).toMatchObject({ status: 'creating', queue_position: 1 });
  });

  it('is left when the session is stopped, and the others move up', async () => {
    const [first, second, third] = await withQueue();
    expect(await stop(second)).toMatchObject({ status: 'failed', reason: 'cancelled' });
    expect(await positions(second, third)).toEqual([null, 1]);
    await stop(first);
    await host.reaches(third, 'running');
    expect(driver.started.map(({ sessionId }) => sessionId)).toEqual([first, third]);
  });

  it('that is full refuses, and says when to try again', async () => {
    await withQueue({ queueMax: 2 });
    const context = as('dora');
    expect(await launch(context)).toEqual({
      kind: 'rejected',
      code: 'QueueFull',
      detail:
        'All places for sessions are taken (1), and as many sessions wait for one as may (2); try again later.',
      retryAfterSeconds: 30,
    });
  });

  it('counts for the quota of its people', async () => {
    await withQueue({ perUserMax: 1 });
    expect(await launch(as('bert'))).toMatchObject({ code: 'QuotaExceeded' });
    expect(await quotaOf('bert')).toMatchObject({ mine: 1, running: 1, queued: 2 });
  });

  it('gives a repeated request its first answer', async () => {
    await open({ quota: { totalMax: 1 } });
    await launched('anna');
    const context = as('bert');
    const answers = [await launch(context), await launch(context)].map(resultIn);
    expect(answers.map(({ queue_position }) => queue_position)).toEqual([1, 1]);
    expect(answers[0]).toEqual(answers[1]);
    expect(await places()).toEqual([1, 1]);
  });

  it('ends in order when everything ends at once', async () => {
    const ids = await withQueue();
    expect(await host.supervision.stopAll(30_000)).toEqual([]);
    expect(await places()).toEqual([0, 0]);
    const reasons = await Promise.all(ids.map(async (id) => (await host.find(id)).reason));
    expect(new Set(reasons)).toEqual(new Set(['Sortie was shut down']));
  });
});

describe('after a crash', () => {
  const quota = { totalMax: 1 };

  it('those who wait are where they were, and are let in', async () => {
    const [first, second, third] = await withQueue();
    await crash({ quota });
    expect(await positions(first, second, third)).toEqual([null, 1, 2]);
    await stop(first);
    await host.reaches(second, 'running');
    await stop(second);
    await host.reaches(third, 'running');
    expect(driver.started.map(({ sessionId }) => sessionId)).toEqual([second, third]);
  });

  it('with more places, those who wait get them, but not past what one person may have', async () => {
    await open({ quota: { totalMax: 1 } });
    const ids = [];
    for (const user of ['anna', 'anna', 'anna', 'bert']) ids.push((await launched(user)).id);
    const [first = '', second = '', third = '', berts = ''] = ids;
    await host.reaches(first, 'running');
    await crash({ quota: { totalMax: 3, perUserMax: 2 } });
    await Promise.all([second, berts].map((id) => host.reaches(id, 'running')));
    expect(await positions(third)).toEqual([1]);
    expect(await host.find(third)).toMatchObject({ status: 'creating' });
  });

  it('between an end and the giving back of its place, the place is given back', async () => {
    const [first, second] = await withQueue();
    await host.supervision.close();
    const stopped = { by: 'owner' } as const;
    // As the request would, which then dies.
    await host.service.commands.handle(session, {
      ...{ aggregate: 'session', id: first },
      command: { type: 'StopSession', data: { sessionId: first, stopped } },
      context: systemContext(),
    });
    expect(await positions(second)).toEqual([1]);
    await crash({ quota });
    await host.reaches(second, 'running');
    expect(await places()).toEqual([1, 1]);
  });

  it('between a place and its session, the place is given back after a while', async () => {
    await open({ quota });
    await host.service.commands.handle(admission, {
      ...{ aggregate: 'admission', id: ADMISSIONS },
      command: {
        type: 'TakeSlot',
        data: { sessionId: 'ghost', userId: 'anna', quota: { ...QUOTA_DEFAULT, ...quota } },
      },
      context: systemContext(),
    });
    const { id } = await launched('bert');
    expect(await positions(id)).toEqual([1]);
    await crash({ quota });
    expect(await positions(id)).toEqual([1]);
    await crash({ quota, now: () => new Date(Date.now() + ORPHAN_SLOT_MS) });
    await host.reaches(id, 'running');
    expect(await places()).toEqual([1, 0]);
  });

  it('a session from before there was a quota has a place', async () => {
    await open({ quota });
    const { commands } = host.service;
    const geometry = { width: 1, height: 1 };
    const of = { sessionId: 'old', userId: 'anna', appId: 'term', appName: 'term' };
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    await host.supervision.close();
    await commands.handle(session, {
      ...{ aggregate: 'session', id: 'old' },
      command: { type: 'RequestSession', data: { ...of, image: 'x', geometry, expiresAt } },
      context: systemContext(),
    });
    await crash({ quota });
    await host.reaches('old', 'running');
    expect(await places()).toEqual([1, 0]);
    expect((await launched('bert')).queue_position).toBe(1);
  });
});
