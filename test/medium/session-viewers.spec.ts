// Goal: whoever has a desktop on screen is known to its owner and to those who are in it, and nobody stays known who is not
// there any more, whatever becomes of the gateway. Method: the real session service on SQLite files, told what gateways
// tell over the in-process bus, with a clock that can be moved.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ConfirmViewers,
  GATEWAY_LOST_MS,
  ListViewers,
  RecordViewerJoined,
  RecordViewerLeft,
  RevokeShare,
  SeeFrame,
  ShareSession,
} from '#shared/contracts/sharing.js';
import { recordedEvents } from '#shared/es/recorded-events.js';
import type { Operation, RequestContext, Role } from '#shared/es/operation.js';
import { asked } from '#test/support/catalog-host.js';
import { MemoryRuntimeDriver } from '#test/support/memory-runtime-driver.js';
import { openSessionHost, resultIn, type SessionHost } from '#test/support/session-host.js';

let host: SessionHost;
let aheadMs = 0;
let sessionId: string;
const now = () => new Date(Date.now() + aheadMs);

const as = (id: string, role: Role = 'user') => asked(role, { actor: { id, role } });
const owner = () => as('user-1');
const ask = <D, R>(operation: Operation<D, R>, data: object, context: RequestContext) =>
  host.bus.request(operation, operation.data.parse(data), context);

beforeEach(async () => {
  aheadMs = 0;
  host = await openSessionHost({ driver: new MemoryRuntimeDriver(), now });
  await host.register('term');
  sessionId = (await host.request('term', owner())).id;
  await host.reaches(sessionId, 'running');
});
afterEach(() => host.close());

const join = async (viewerId: string, over: object = {}) =>
  resultIn(
    await ask(
      RecordViewerJoined,
      {
        ...{ viewer_id: viewerId, gateway_id: 'g1', order: 1, session_id: sessionId },
        ...{ user_id: 'user-1', mode: 'control', share_id: null },
        ...over,
      },
      asked('system', { ip: '192.0.2.7', userAgent: 'Firefox' }),
    ),
  );
const leave = async (viewer_id: string, code = 1000) =>
  resultIn(await ask(RecordViewerLeft, { viewer_id, code }, asked('system')));
const confirm = async (upTo: number, viewerIds: readonly string[], gatewayId = 'g1') => {
  const data = { gateway_id: gatewayId, up_to: upTo, viewer_ids: viewerIds };
  return resultIn(await ask(ConfirmViewers, data, asked('system'))).unknown_ids;
};
const seenBy = (context: RequestContext) => ask(ListViewers, { session_id: sessionId }, context);
const there = async () => resultIn(await seenBy(owner())).viewers.map(({ id }) => id);

async function events(type: string) {
  const { commits } = await host.log.read({ after: 0, services: ['session'] });
  return commits.flatMap((commit) => recordedEvents(commit)).filter((event) => event.type === type);
}

describe('a viewer', () => {
  it('is known from its joining to its leaving, with whose session, who, from where and how', async () => {
    const share = { session_id: sessionId, user_id: 'user-2', mode: 'view' };
    const { id } = resultIn(await ask(ShareSession, share, owner())).share;
    await join('v1', { user_id: 'user-2', mode: 'view', share_id: id });
    expect(resultIn(await seenBy(owner())).viewers).toEqual([
      { id: 'v1', user_id: 'user-2', mode: 'view', since: expect.any(String) },
    ]);
    await leave('v1', 4403);
    expect(await there()).toEqual([]);
    const [joined] = await events('ViewerJoined');
    const [left] = await events('ViewerLeft');
    const of = { sessionId, userId: 'user-1', watcherId: 'user-2', mode: 'view', shareId: id };
    expect(joined?.data).toMatchObject({ ...of, participantIds: ['user-2'] });
    expect(joined?.cloud).toMatchObject({
      ...{ actor: 'user-2', actorip: 'personal.user-2.ip.192.0.2.7' },
      useragent: 'personal.user-2.user_agent.Firefox',
    });
    expect(left?.data).toMatchObject({ ...of, code: 4403 });
    expect(left?.cloud.actor).toBe('user-2');
  });

  it('that leaves while its joining is still being told is not there', async () => {
    await Promise.all([join('v1'), join('v1')]);
    await leave('v1');
    await join('v1');
    expect(await there()).toEqual([]);
    expect([(await events('ViewerJoined')).length, (await events('ViewerLeft')).length]).toEqual([
      1, 1,
    ]);
  });

  it('is shown to the owner, to participants, and to those who look after sessions, not to others', async () => {
    const { share } = resultIn(
      await ask(ShareSession, { session_id: sessionId, user_id: 'user-2' }, owner()),
    );
    await join('v1');
    for (const context of [as('user-2'), as('o', 'operator'), as('a', 'admin'), as('x', 'auditor')])
      expect((await seenBy(context)).kind).toBe('done');
    const unknown = { kind: 'rejected', code: 'SessionUnknown' };
    expect(await seenBy(as('user-3'))).toMatchObject(unknown);
    await ask(RevokeShare, { session_id: sessionId, share_id: share.id }, owner());
    expect(await seenBy(as('user-2'))).toMatchObject(unknown);
  });
});

describe('a gateway that tells what it has', () => {
  it('puts an end to what it had before it was killed', async () => {
    await join('v1', { order: 1 });
    await join('v2', { order: 2, gateway_id: 'g2' });
    expect(await confirm(10, [])).toEqual([]);
    expect(await there()).toEqual(['v2']);
    const [left] = await events('ViewerLeft');
    expect(left).toMatchObject({
      data: { viewerId: 'v1', code: null },
      cloud: { actor: 'system' },
    });
  });

  it('hears which viewers are not on record', async () => {
    await join('v1');
    expect(await confirm(10, ['v1', 'v9'])).toEqual(['v9']);
    expect(await there()).toEqual(['v1']);
  });

  it('and is heard late, ends no viewer that came after it told', async () => {
    await join('v1', { order: 5 });
    await confirm(4, []);
    expect(await there()).toEqual(['v1']);
  });
});

describe('a gateway that has died', () => {
  it('is given up with its viewers when it has been silent for too long, and not before', async () => {
    await join('v1');
    aheadMs = 60_000;
    await confirm(10, ['v1']);
    aheadMs += GATEWAY_LOST_MS / 2;
    await host.presence.sweep();
    expect(await there()).toEqual(['v1']);
    aheadMs += GATEWAY_LOST_MS;
    await Promise.all([host.presence.sweep(), host.presence.sweep()]);
    expect(await there()).toEqual([]);
    expect(await events('ViewerLeft')).toHaveLength(1);
  });

  it('and was only cut off, has its viewers back as soon as it speaks', async () => {
    await join('v1');
    aheadMs = 10 * GATEWAY_LOST_MS;
    await host.presence.sweep();
    expect(await confirm(10, ['v1'])).toEqual(['v1']);
    await join('v1');
    expect(await there()).toEqual(['v1']);
  });

  it('is not given up by a service that has just begun to listen', async () => {
    await join('v1');
    await host.leave();
    aheadMs = 10 * GATEWAY_LOST_MS;
    host = await openSessionHost({ driver: new MemoryRuntimeDriver(), now, folder: host.folder });
    await host.presence.sweep();
    expect(await there()).toEqual(['v1']);
  });
});

describe('a look at a picture', () => {
  const look = (context: RequestContext) => ask(SeeFrame, { session_id: sessionId }, context);

  it('is told where the desktop is, and is nobody’s business when it is the owner’s', async () => {
    const { endpoint } = resultIn(await look(owner()));
    expect(endpoint).toEqual({ kind: 'unix', path: `/run/${sessionId}.sock` });
    expect(await events('FrameSeen')).toEqual([]);
  });

  it('of somebody else is on record, once a minute', async () => {
    await look(as('o', 'operator'));
    await look(as('o', 'operator'));
    await look(as('a', 'admin'));
    const seen = await events('FrameSeen');
    expect(seen.map(({ data, cloud }) => [cloud.actor, data])).toEqual([
      ['o', { sessionId, userId: 'user-1', watcherId: 'o', at: expect.any(String) }],
      ['a', { sessionId, userId: 'user-1', watcherId: 'a', at: expect.any(String) }],
    ]);
    aheadMs = 60_000;
    await look(as('o', 'operator'));
    expect(await events('FrameSeen')).toHaveLength(3);
  });

  it('is for participants too, while they are, and for nobody else, nor does it leave a trace', async () => {
    const unknown = { kind: 'rejected', code: 'SessionUnknown' };
    for (const context of [as('user-2'), as('x', 'auditor')])
      expect(await look(context)).toMatchObject(unknown);
    const share = { session_id: sessionId, user_id: 'user-2', expires_in_minutes: 1 };
    await ask(ShareSession, share, owner());
    expect((await look(as('user-2'))).kind).toBe('done');
    aheadMs = 60_000;
    expect(await look(as('user-2'))).toMatchObject(unknown);
    expect(await host.told('user-2')).toEqual([]);
  });
});
