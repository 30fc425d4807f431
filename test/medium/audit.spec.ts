// Goal: every change and every refused attempt is in the audit trail once, and the trail can be asked and rebuilt.
// Method: the real catalogue and audit services on SQLite files and one SQLite log, asked over the in-process bus.
import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AuditEntry,
  auditQuery,
  type AuditQuery,
  ListAudit,
  ShowAnalytics,
} from '#shared/contracts/audit.js';
import {
  GrantAppAccess,
  LaunchApp,
  newApp,
  RegisterApp,
  RetireApp,
  ReviseApp,
  WithdrawAppAccess,
} from '#shared/contracts/catalog.js';
import { AppointCategoryAdministrator } from '#shared/contracts/categories.js';
import type { Reply, RequestContext, Role } from '#shared/es/operation.js';
import { listAudit } from '#services/audit/read/audit-log.query.js';
import { type AuditHost, openAuditHost } from '#test/support/audit-host.js';
import { asked } from '#test/support/catalog-host.js';
import { cloudEvent, newCommit, streamNamed } from '#test/support/commits.js';

let host: AuditHost;
beforeEach(async () => {
  host = await openAuditHost();
});
afterEach(() => host.close());

const spec = ReviseApp.data.parse({
  app_id: 'any',
  app: { name: 'Gimp', url: 'https://gimp.example' },
}).app;
const ORIGIN = {
  ip_address: 'personal.somebody.ip.v1.0123.abc',
  user_agent: 'personal.somebody.user_agent.v1.0123.def',
};
const from = (role: Role, over: Partial<RequestContext> = {}) =>
  asked(role, { ip: ORIGIN.ip_address, userAgent: ORIGIN.user_agent, ...over });
const resultOf = <R>(reply: Reply<R>): R => {
  if (reply.kind === 'rejected') throw new Error(`${reply.code}: ${reply.detail}`);
  return reply.result;
};
const register = (id: string, role: Role = 'admin') =>
  host.bus.request(RegisterApp, newApp.parse({ id, ...spec }), from(role));

async function trail(over: Partial<AuditQuery> = {}): Promise<AuditEntry[]> {
  await host.caughtUp();
  const asking = auditQuery.parse(over);
  return resultOf(await host.bus.request(ListAudit, asking, asked('admin'))).entries;
}

describe('the audit trail', () => {
  it('has every change of the catalogue, with who, from where, on what and how', async () => {
    const app = { app_id: 'gimp' };
    const access = { ...app, user_id: 'user-1' };
    await register('gimp');
    const revised = { ...spec, name: 'Krita' };
    await host.bus.request(ReviseApp, { ...app, app: revised }, from('admin'));
    await host.bus.request(GrantAppAccess, access, from('admin'));
    await host.bus.request(WithdrawAppAccess, access, from('admin'));
    await host.bus.request(LaunchApp, app, from('user'));
    await host.bus.request(RetireApp, app, from('admin'));
    const entries = (await trail()).toReversed();
    expect(entries.map(({ action, details }) => [action, details])).toEqual([
      ['CREATE_APP', { id: 'gimp', name: 'Gimp' }],
      [
        'UPDATE_APP',
        { id: 'gimp', name: 'Krita', changes: { name: { from: 'Gimp', to: 'Krita' } } },
      ],
      ['APPROVE_APP_USER', access],
      ['WITHDRAW_APP_USER', access],
      ['LAUNCH_APP', { app_id: 'gimp', url: 'https://gimp.example' }],
      ['DELETE_APP', { id: 'gimp', name: 'Krita' }],
    ]);
    expect(entries.map(({ id, sequence }) => [id, sequence])).toEqual(
      [1, 2, 3, 4, 5, 6].map((place) => [place, place]),
    );
    expect(entries.map(({ user }) => user)).toEqual(
      ['admin', 'admin', 'admin', 'admin', 'user', 'admin'].map((role) => `${role}-1`),
    );
    for (const entry of entries) {
      expect(entry).toMatchObject({
        resource_type: 'app',
        resource_id: 'gimp',
        ...ORIGIN,
        outcome: 'done',
      });
      expect(Date.now() - Date.parse(entry.timestamp)).toBeLessThan(60_000);
    }
  });

  it('has an attempt on something with a name of any length and letters', async () => {
    const id = `\0\ud800${Array.from({ length: 9_000 }, (_, n) => (n * n).toString(36)).join('')}`;
    const data = { category: id, user_id: 'user-1' };
    await host.bus.request(AppointCategoryAdministrator, data, from('user'));
    const [entry] = await trail();
    expect(entry).toMatchObject({
      action: 'APPOINT_CATEGORY_ADMINISTRATOR',
      outcome: 'refused',
    });
    expect(entry?.resource_id).toBe(`\ufffd\ufffd${id.slice(2, 255)}`);
    expect(await trail({ resource_id: entry?.resource_id })).toEqual([entry]);
    expect(await trail({ user: 'a\0b' })).toEqual([]);
    const statuses = (await host.audit.projector.status()).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set(['live']));
  });

  it('takes any moment to begin and end at', async () => {
    await register('gimp');
    expect(await trail({ since: '0000-01-01T00:00:00Z' })).toHaveLength(1);
    expect(await trail({ until: '9999-12-31T23:59:59-12:00' })).toHaveLength(1);
    expect(await trail({ until: '0000-01-01T00:00:00Z' })).toEqual([]);
  });

  it('has every refused attempt under the action that was tried', async () => {
    await register('gimp', 'user');
    await host.bus.request(RetireApp, { app_id: 'nothing' }, from('admin'));
    await host.bus.request(ListAudit, auditQuery.parse({}), from('user'));
    expect(await trail()).toMatchObject([
      { action: 'LIST_AUDIT', user: 'user-1', outcome: 'refused', resource_type: '' },
      {
        action: 'DELETE_APP',
        user: 'admin-1',
        outcome: 'refused',
        resource_id: 'nothing',
        details: { code: 'AppUnknown', detail: 'There is no app "nothing".' },
      },
      {
        action: 'CREATE_APP',
        user: 'user-1',
        outcome: 'refused',
        resource_type: 'app',
        resource_id: 'gimp',
        ...ORIGIN,
        details: { code: 'Forbidden' },
      },
    ]);
  });

  it('is for administrators', async () => {
    for (const operation of [ListAudit, ShowAnalytics]) {
      const reply = await host.bus.request(
        operation as typeof ListAudit,
        auditQuery.parse({}),
        from('user'),
      );
      expect(reply).toMatchObject({ kind: 'rejected', code: 'Forbidden' });
    }
  });

  it('has an event that only a newer version knows, and goes on', async () => {
    const stored = (type: string) => ({ ...cloudEvent('c', 0, { secret: 'x' }), type });
    const stream = streamNamed('gimp');
    for (const type of ['sortie.catalog.AppPolished.v1', 'sortie.catalog.AppRevised.v2', 'else']) {
      await host.log.append({
        ...newCommit({ stream, expectedVersion: 'any' }),
        events: [stored(type)],
      });
    }
    await host.log.append({
      ...newCommit({ stream: 'sortie.event.backup.archive.a1' }),
      events: [stored('sortie.backup.ArchiveSealed.v1')],
    });
    const entries = await trail();
    expect(entries.map(({ action }) => action)).toEqual([
      'ArchiveSealed',
      'else',
      'sortie.catalog.AppRevised.v2',
      'AppPolished',
    ]);
    expect(entries.map(({ details }) => details)).toEqual([{}, {}, {}, {}]);
    expect(entries[0]).toMatchObject({ resource_type: 'archive', resource_id: 'a1' });
    const status = await host.audit.projector.status();
    expect(status.filter((one) => one.status !== 'live')).toEqual([]);
  });

  it.each([
    [{ user: 'user-1' }, ['b']],
    [{ action: 'CREATE_APP' }, ['c', 'b', 'a']],
    [{ action: 'DELETE_APP' }, ['a']],
    [{ resource_id: 'a' }, ['a', 'a']],
    [{ resource_type: 'app', user: 'admin-1' }, ['a', 'c', 'a']],
    [{ resource_type: 'session' }, []],
    [{ outcome: 'refused' }, ['b']],
    [{ outcome: 'done', action: 'CREATE_APP' }, ['c', 'a']],
    [{ since: '2000-01-01T00:00:00Z' }, ['a', 'c', 'b', 'a']],
    [{ until: '2000-01-01T00:00:00+02:00' }, []],
    [{ since: '2000-01-01T00:00:00Z', until: '2999-01-01T00:00:00Z', user: 'user-1' }, ['b']],
  ] as const)('answers %j', async (filter, found) => {
    await register('a');
    await register('b', 'user');
    await register('c');
    await host.bus.request(RetireApp, { app_id: 'a' }, from('admin'));
    expect((await trail(filter)).map((entry) => entry.resource_id)).toEqual(found);
  });

  it('counts "since" in and "until" out', async () => {
    await register('a');
    const [{ timestamp } = { timestamp: '' }] = await trail();
    expect(await trail({ since: timestamp })).toHaveLength(1);
    expect(await trail({ until: timestamp })).toHaveLength(0);
  });

  it('comes out the same when it is rebuilt, and when events come twice', async () => {
    for (let n = 0; n < 10; n += 1) {
      await register(`app-${n}`);
      await host.bus.request(LaunchApp, { app_id: `app-${n}` }, from('user'));
      await register(`app-${n}`, 'user');
    }
    await host.caughtUp();
    for (const table of ['audit_log', 'analytics', 'launch_days']) {
      const before = await host.audit.projector.stateHash(`audit.${table}`);
      const report = await host.audit.projector.rebuild(`audit.${table}`);
      expect(report).toMatchObject({
        events: 30,
        hashBefore: before?.hash,
        hashAfter: before?.hash,
      });
    }
    expect((await listAudit(host.audit.reader, auditQuery.parse({}))).entries).toHaveLength(30);
  });
});

describe('the analytics', () => {
  it('count launches by app and by day', async () => {
    await host.close();
    let now = '2026-11-01T23:59:59.000Z';
    host = await openAuditHost(() => new Date(now));
    await register('a');
    await register('b');
    const launch = (app: string) => host.bus.request(LaunchApp, { app_id: app }, from('user'));
    await launch('b');
    now = '2026-11-02T00:00:00.000Z';
    await launch('a');
    await launch('b');
    await host.log.append({
      ...newCommit({ stream: 'sortie.event.session.session.s1' }),
      events: [
        {
          ...cloudEvent('s1', 0, { sessionId: 's1', userId: 'user-1', appId: 'a', appName: 'A' }),
          type: 'sortie.session.SessionRequested.v1',
          time: '2026-11-03T08:00:00.000Z',
        },
      ],
    });
    now = '2026-11-03T12:00:00.000Z';
    await host.caughtUp();
    const ask = (days: number) => host.bus.request(ShowAnalytics, { days }, asked('admin'));
    expect(resultOf(await ask(30))).toEqual({
      total_launches: 4,
      apps: [
        { app_id: 'a', launches: 2, last_launched_at: '2026-11-03T08:00:00.000Z' },
        { app_id: 'b', launches: 2, last_launched_at: '2026-11-02T00:00:00.000Z' },
      ],
      days: [
        { day: '2026-11-01', launches: 1 },
        { day: '2026-11-02', launches: 2 },
        { day: '2026-11-03', launches: 1 },
      ],
    });
    expect(resultOf(await ask(2)).days.map(({ day }) => day)).toEqual(['2026-11-02', '2026-11-03']);
    const rows = await host.audit.reader.selectFrom('analytics').selectAll().execute();
    expect(rows.map(({ id, app_id }) => [id, app_id])).toEqual([
      [1, 'b'],
      [2, 'a'],
      [3, 'b'],
      [4, 'a'],
    ]);
  });
});
