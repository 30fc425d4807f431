// Goal: what is taken out of the trail is whole and on record; what is old leaves it, for good and for everybody, because an
// event says so; and people read what concerns them.
// Method: events put into a real log, read by the audit service on its database, asked over the bus.
import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AuditEntry,
  auditQuery,
  type AuditQuery,
  BeginAuditExport,
  ListAudit,
  ListMyTrail,
  ReadAuditExport,
  ShowAuditRetention,
} from '#shared/contracts/audit.js';
import type { Reply } from '#shared/es/operation.js';
import type { Retaining } from '#services/audit/module.js';
import { type AuditHost, openAuditHost } from '#test/support/audit-host.js';
import { asked } from '#test/support/catalog-host.js';
import { tellEvents, type ToldEvent } from '#test/support/told-events.js';

let host: AuditHost;
let now = '2026-11-20T12:00:00.000Z';
beforeEach(async () => {
  now = '2026-11-20T12:00:00.000Z';
  host = await openAuditHost(() => new Date(now));
});
afterEach(() => host.close());

const launched = (appId: string, time = now, actor = 'una'): ToldEvent => ({
  of: 'catalog.launch',
  type: 'AppLaunched',
  data: { appId, userId: actor, url: '' },
  cloud: { time, actor },
});
const tell = async (...events: ToldEvent[]): Promise<void> => {
  await tellEvents(host.log, events);
  await host.caughtUp();
};
const resultOf = <R>(reply: Reply<R>): R => {
  if (reply.kind === 'rejected') throw new Error(`${reply.code}: ${reply.detail}`);
  return reply.result;
};
const trail = async (over: Partial<AuditQuery> = {}): Promise<AuditEntry[]> => {
  await host.caughtUp();
  const asking = auditQuery.parse({ limit: 1_000, ...over });
  return resultOf(await host.bus.request(ListAudit, asking, asked('auditor'))).entries;
};
const begin = async (over: object = {}) => {
  const asking = BeginAuditExport.data.parse(over);
  return resultOf(await host.bus.request(BeginAuditExport, asking, asked('auditor')));
};
const read = (over: object) =>
  host.bus.request(ReadAuditExport, ReadAuditExport.data.parse(over), asked('auditor'));

async function exported(filters: object = {}): Promise<AuditEntry[]> {
  const { through, after: start } = await begin(filters);
  const entries: AuditEntry[] = [];
  for (let after = start; ;) {
    const stretch = resultOf(await read({ ...filters, after, through }));
    entries.push(...stretch.entries);
    if (stretch.isLast) return entries;
    expect(stretch.after).toBeGreaterThan(after);
    after = stretch.after;
  }
}

describe('an export', () => {
  it('has every entry up to where the log was, oldest first, in stretches that an answer holds', async () => {
    const url = `https://${'x'.repeat(2_000)}.example`;
    const events = Array.from({ length: 1_500 }, (_, n) => ({
      ...launched(`app-${n}`),
      data: { appId: `app-${n}`, userId: 'una', url },
    }));
    await tell(...events);
    const entries = await exported();
    expect(entries.map(({ id }) => id)).toEqual(Array.from({ length: 1_500 }, (_, n) => n + 1));
    const { through, after } = await begin();
    await tell(launched('late'));
    const first = resultOf(await read({ after, through }));
    expect(JSON.stringify(first).length).toBeLessThan(1_000_000);
    const last = resultOf(await read({ after: 1_499, through }));
    expect(last.entries.map(({ action }) => action)).toEqual(['LAUNCH_APP', 'EXPORT_AUDIT']);
    expect(last.isLast).toBe(true);
  });

  it('has what the filters let through, also words', async () => {
    await tell(launched('paint'), launched('gimp'), launched('paint', now, 'olga'));
    const ids = async (filters: object) => (await exported(filters)).map(({ id }) => id);
    expect(await ids({ user: 'una' })).toHaveLength(2);
    expect(await ids({ q: 'paint', user: 'olga' })).toHaveLength(1);
    expect(await ids({ q: 'paint', since: '2999-01-01T00:00:00Z' })).toEqual([]);
  });

  it('is on record: who took what out', async () => {
    await tell(launched('paint'));
    await begin({ user: 'una', q: 'paint', format: 'ndjson' });
    expect((await trail({ action: 'EXPORT_AUDIT' }))[0]).toMatchObject({
      ...{ user: 'auditor-1', resource_type: 'trail', outcome: 'done' },
      details: { format: 'ndjson', filters: { user: 'una', q: 'paint' }, through: 1 },
    });
    const refused = BeginAuditExport.data.parse({});
    await host.bus.request(BeginAuditExport, refused, asked('user'));
    expect((await trail())[0]).toMatchObject({ user: 'user-1', outcome: 'refused' });
  });

  it('of what leaves meanwhile is told, and not cut short', async () => {
    await tell(launched('old', '2026-01-01T00:00:00.000Z'), launched('new'));
    const { through, after } = await begin();
    await tell({
      of: 'audit.retention',
      type: 'RetentionApplied',
      data: { days: 30, before: now, through: 1, entries: 1 },
    });
    expect(await read({ after, through })).toMatchObject({ code: 'ExportOutrun' });
    expect(resultOf(await read({ after: 1, through })).entries).toHaveLength(1);
  });
});

describe('retention', () => {
  const DAY_30 = '2026-10-21T12:00:00.000Z';
  const told: string[] = [];
  const retaining: Retaining = { days: 30, tell: (_, message) => void told.push(message) };
  const ids = async () => (await trail()).map(({ id }) => id).toReversed();
  const hash = async () => (await host.audit.projector.stateHash('audit.audit_log'))?.hash;

  beforeEach(async () => {
    await tell(
      ...[launched('a', '2026-01-01T00:00:00.000Z'), launched('b', '2026-10-21T11:59:59.999Z')],
      ...[launched('c', DAY_30), launched('d', '2026-01-01T00:00:00.000Z'), launched('e')],
    );
  });

  it('says what would leave, and has nothing leave by that', async () => {
    const ask = async (days?: number) =>
      resultOf(await host.bus.request(ShowAuditRetention, { days }, asked('auditor')));
    const oldest = '2026-01-01T00:00:00.000Z';
    expect(await ask()).toEqual({ days: null, before: null, leaving: 0, staying: 5, oldest });
    expect(await ask(30)).toEqual({ days: 30, before: DAY_30, leaving: 2, staying: 3, oldest });
    expect(await ask(36_500)).toMatchObject({ leaving: 0, staying: 5 });
    expect(await ids()).toEqual([1, 2, 3, 4, 5]);
  });

  it('has old entries leave the list, the search and people’s own trails, and says so in the trail', async () => {
    await host.retain(retaining);
    expect((await trail())[0]).toMatchObject({
      ...{ user: 'system', action: 'APPLY_RETENTION' },
      details: { days: 30, before: DAY_30, through: 2, entries: 2 },
    });
    expect(await ids()).toEqual([3, 4, 5, 6]);
    expect((await trail({ q: 'launch' })).map(({ id }) => id)).toEqual([5, 4, 3]);
    const mine = await host.bus.request(ListMyTrail, ListMyTrail.data.parse({}), {
      ...asked('user'),
      actor: { id: 'una', role: 'user' },
    });
    expect(resultOf(mine).entries.map(({ id }) => id)).toEqual([5, 4, 3]);
  });

  it('comes out the same when the trail is rebuilt, and the log has everything', async () => {
    await host.retain(retaining);
    await tell(launched('f'));
    const before = await hash();
    const report = await host.audit.projector.rebuild('audit.audit_log');
    expect([report?.hashBefore, report?.hashAfter]).toEqual([before, before]);
    expect(await ids()).toEqual([3, 4, 5, 6, 7]);
    expect(await trail({ q: 'launch' })).toHaveLength(4);
    expect((await host.log.read({ after: 0 })).commits.map(({ sequence }) => sequence)).toEqual([
      1, 2, 3, 4, 5, 6, 7,
    ]);
  });

  it('does nothing twice, and goes on as time does', async () => {
    await host.retain(retaining);
    await host.retain(retaining);
    expect(await trail({ action: 'APPLY_RETENTION' })).toHaveLength(1);
    now = '2027-11-20T12:00:00.000Z';
    await host.retain(retaining);
    expect((await trail()).map(({ action }) => action)).toEqual(['APPLY_RETENTION']);
    expect(await ids()).toEqual([7]);
    await host.audit.projector.rebuild('audit.audit_log');
    await tell(launched('later'));
    expect(await ids()).toEqual([7, 8]);
  });

  it('takes as many steps as it needs, and never its own event', async () => {
    const many = Array.from({ length: 11_000 }, (_, n) =>
      launched(`x${n}`, '2026-01-02T00:00:00.000Z'),
    );
    now = '2027-11-20T12:00:00.000Z';
    await tell(...many);
    await host.retain(retaining);
    const left = await trail();
    expect(new Set(left.map(({ action }) => action))).toEqual(new Set(['APPLY_RETENTION']));
    expect(left.reduce((sum, { details }) => sum + Number(details['entries']), 0)).toBe(11_005);
    const of = { of: 'audit.retention', type: 'RetentionApplied' };
    await tell({ ...of, data: { days: 1, before: now, through: 1_000_000, entries: 1 } });
    expect(await trail()).toHaveLength(1);
  });
});

describe('one’s own trail', () => {
  const mineOf = async (id: string, over: object = {}) =>
    resultOf(
      await host.bus.request(ListMyTrail, ListMyTrail.data.parse(over), {
        ...asked('user'),
        actor: { id, role: 'user' },
      }),
    );
  const role: ToldEvent = {
    of: 'identity.user',
    type: 'UserRoleChanged',
    data: { userId: 'una', name: 'una', from: 'user', to: 'operator' },
    cloud: { actor: 'admin-1', actorip: 'personal.admin-1.ip.QQ', useragent: 'Admin/1' },
  };
  const failed: ToldEvent = {
    of: 'identity.attempts',
    type: 'SignInFailed',
    data: { nameHash: 'h', userId: 'una', purpose: 'sign_in', failures: 1, lockedUntil: null },
    cloud: { actor: 'anonymous', actorip: 'personal.nobody.ip.QQ' },
  };

  it('has what one did and what was done to one, and nothing else', async () => {
    await tell(launched('paint'));
    await tell(role);
    await tell(failed);
    await tell(launched('other', now, 'olga'));
    await tell({ ...role, data: { ...(role.data as object), userId: 'olga' } });
    const { entries } = await mineOf('una');
    expect(entries.map(({ action, user }) => [action, user])).toEqual([
      ['SIGN_IN_FAILED', 'anonymous'],
      ['CHANGE_ROLE', 'admin-1'],
      ['LAUNCH_APP', 'una'],
    ]);
    expect(entries[1]?.details['changes']).toEqual({ role: { from: 'user', to: 'operator' } });
    expect((await mineOf('una2')).entries).toEqual([]);
    expect((await mineOf('un')).entries).toEqual([]);
    expect((await mineOf('UNA')).entries).toEqual([]);
    expect((await mineOf('system')).entries).toEqual([]);
  });

  it('does not say where an administrator sat, but where a stranger did', async () => {
    await tell(role);
    await tell(failed);
    const [stranger, admin] = (await mineOf('una')).entries;
    expect(admin).toMatchObject({ ip_address: '', user_agent: '' });
    expect(stranger?.ip_address).not.toBe('');
  });

  it('has who had one’s session on screen, and whom one watched', async () => {
    const viewer = {
      ...{ sessionId: 's1', userId: 'una', viewerId: 'v1', gatewayId: 'g1', watcherId: 'olga' },
      ...{ mode: 'view', shareId: 'sh1', participantIds: ['piet'], order: 1 },
    };
    await tell({
      of: 'session.viewer',
      type: 'ViewerJoined',
      data: viewer,
      cloud: { actor: 'system' },
    });
    for (const [id, count] of Object.entries({ una: 1, olga: 1, piet: 0 })) {
      expect([id, (await mineOf(id)).entries.length]).toEqual([id, count]);
    }
  });

  it('is walked page by page', async () => {
    for (let n = 0; n < 5; n += 1) await tell(launched(`app-${n}`), launched('x', now, 'olga'));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const one = await mineOf('una', { limit: 2, cursor });
      seen.push(...one.entries.map(({ resource_id: id }) => id));
      cursor = one.next_cursor;
    } while (cursor);
    expect(seen).toEqual(['app-4', 'app-3', 'app-2', 'app-1', 'app-0']);
    const strange = { cursor: Buffer.from('"x"').toString('base64url'), limit: 1 };
    expect(await host.bus.request(ListMyTrail, strange, asked('user'))).toMatchObject({
      code: 'InvalidRequest',
    });
  });
});
