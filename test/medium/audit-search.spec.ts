// Goal: the trail is searched by words and every filter together, the same on each database; whatever is typed is only
// words; and a timeline counts what the list has.
// Method: events put into a real log, read by the audit service on its database, asked over the bus.
import 'reflect-metadata';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AuditEntry,
  auditQuery,
  type AuditQuery,
  ListAudit,
  ShowAuditTimeline,
} from '#shared/contracts/audit.js';
import { wordsOf } from '#shared/contracts/search-words.js';
import type { Reply } from '#shared/es/operation.js';
import { type AuditHost, openAuditHost } from '#test/support/audit-host.js';
import { asked } from '#test/support/catalog-host.js';
import { tellEvents, type ToldEvent } from '#test/support/told-events.js';

const NOW = '2026-11-20T12:00:00.000Z';
let host: AuditHost;
beforeEach(async () => {
  host = await openAuditHost(() => new Date(NOW));
});
afterEach(() => host.close());

const launched = (appId: string, over: Partial<ToldEvent> = {}): ToldEvent => ({
  of: 'catalog.launch',
  type: 'AppLaunched',
  data: { appId, userId: 'user-1', url: `https://${appId}.example` },
  ...over,
});
const tell = async (...events: ToldEvent[]): Promise<void> => {
  for (const event of events) await tellEvents(host.log, [event]);
  await host.caughtUp();
};
const resultOf = <R>(reply: Reply<R>): R => {
  if (reply.kind === 'rejected') throw new Error(`${reply.code}: ${reply.detail}`);
  return reply.result;
};
const page = async (over: Partial<AuditQuery>) =>
  resultOf(await host.bus.request(ListAudit, auditQuery.parse(over), asked('auditor')));
const found = async (over: Partial<AuditQuery>): Promise<string[]> =>
  (await page(over)).entries.map(({ resource_id: id }) => id);

describe('words', () => {
  it.each([
    ['paint', ['paint-2', 'paint']],
    ['PAINT launch', ['paint-2', 'paint']],
    ['pai', ['paint-2', 'paint']],
    ['aint', []],
    ['paint lau', ['paint-2', 'paint']],
    ['pai launch', []],
    ['paint 2', ['paint-2']],
    ['paint-2', ['paint-2']],
    ['ecole', ['école']],
    ['ÉCOLE', ['école']],
    ['strasse', ['Straße']],
    ['日本', ['日本語']],
    ['admin-1', ['日本語', 'Straße', 'école', 'paint-2', 'paint']],
    ['paint école', []],
    ['APP_launch', ['日本語', 'Straße', 'école', 'paint-2', 'paint']],
  ])('%j finds %j', async (q, ids) => {
    await tell(...['paint', 'paint-2', 'école', 'Straße', '日本語'].map((id) => launched(id)));
    expect(await found({ q })).toEqual(ids);
  });

  it('find what a field was before and after, and the field itself', async () => {
    await tell({
      of: 'identity.user',
      type: 'UserRoleChanged',
      data: { userId: 'u-7', name: 'una', from: 'operator', to: 'auditor' },
    });
    for (const q of ['operator', 'auditor', 'role', 'CHANGE_ROLE', 'u-7']) {
      expect(await found({ q })).toEqual(['u-7']);
    }
  });

  it('do not find where somebody was, nor what is sealed for a person', async () => {
    const sealed = 'personal.u-7.name.QUJDREVG';
    await tell({
      of: 'catalog.app',
      type: 'AppRegistered',
      data: { appId: 'paint', app: { name: sealed } },
      cloud: { actorip: '192.0.2.77', useragent: 'Galeon' },
    });
    for (const q of ['192.0.2.77', 'Galeon', 'QUJDREVG', sealed]) {
      expect(await found({ q })).toEqual([]);
    }
    expect(await found({ q: 'paint' })).toEqual(['paint']);
  });

  it.each([
    '"paint" OR "gimp"',
    'paint NOT gimp',
    'search:paint',
    '* paint',
    'NEAR(paint gimp, 2)',
    '^paint - + ~ | & ! ( ) : *',
    "paint'); DROP TABLE audit_log; --",
    "paint':* | 'gimp",
    'paint <-> gimp',
    '%paint_',
    'paint\0\ud800',
    '→user·45·1',
    '{search}: paint',
  ])('are all that there is in %j', async (q) => {
    await tell(launched('paint'), launched('gimp'), launched('or'));
    const { entries } = await page({});
    const words = wordsOf(q);
    const having = entries.filter(({ action, user, resource_type, resource_id, details }) => {
      const texts = [action, user, resource_type, resource_id, ...Object.values(details)];
      const own = wordsOf(texts.join(' '));
      const [last = '', ...whole] = words.toReversed();
      return whole.every((word) => own.includes(word)) && own.some((one) => one.startsWith(last));
    });
    expect(await found({ q })).toEqual(having.map(({ resource_id: id }) => id));
  });

  it('may be anything: none breaks the query, and each finds the entry that has it', async () => {
    const texts = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(texts, async (name) => {
        fc.pre(wordsOf(name).length > 0);
        const data = { appId: 'any', userId: 'user-1', url: name };
        await tell(launched('any', { data }));
        expect((await found({ q: name }))[0]).toBe('any');
      }),
      { numRuns: 40 },
    );
  });

  it('are needed: a text without one is refused', () => {
    expect(auditQuery.safeParse({ q: '-- "*"' }).success).toBe(false);
    expect(auditQuery.safeParse({ q: 'x'.repeat(201) }).success).toBe(false);
  });

  it('go with every filter, page by page, each entry once, while new ones come', async () => {
    const events = Array.from({ length: 60 }, (_, n) =>
      launched(n % 2 === 0 ? 'paint' : 'gimp', {
        cloud: {
          time: `2026-11-${n < 30 ? '19' : '20'}T08:00:${String(n % 30).padStart(2, '0')}.000Z`,
          actor: n % 3 === 0 ? 'una' : 'olga',
        },
      }),
    );
    await tell(...events);
    const filter: Partial<AuditQuery> = {
      ...{ q: 'launch exampl', user: 'una', action: 'LAUNCH_APP', resource_type: 'app' },
      ...{ resource_id: 'paint', outcome: 'done', since: '2026-11-19T08:00:06Z' },
      until: '2026-11-20T08:00:20Z',
    };
    const expected = Array.from({ length: 60 }, (_, n) => n)
      .filter((n) => n % 6 === 0 && n >= 6 && n < 50)
      .map((n) => n + 1)
      .toReversed();
    const seen: AuditEntry[] = [];
    let cursor: string | undefined;
    do {
      const one = await page({ ...filter, limit: 2, ...(cursor && { cursor }) });
      seen.push(...one.entries);
      cursor = one.next_cursor;
      await tell(launched('paint', { cloud: { actor: 'una' } }));
    } while (cursor);
    expect(seen.map(({ id }) => id)).toEqual(expected);
  });

  it('find the same when the trail was rebuilt', async () => {
    await tell(launched('paint'), launched('gimp'));
    const report = await host.audit.projector.rebuild('audit.audit_log');
    expect(report?.hashAfter).toBe(report?.hashBefore);
    await tell(launched('paint-2'));
    expect(await found({ q: 'paint' })).toEqual(['paint-2', 'paint']);
    expect(await found({ q: 'gimp' })).toEqual(['gimp']);
  });
});

describe('the timeline', () => {
  const at = (time: string, over: Partial<ToldEvent> = {}) =>
    launched('paint', { cloud: { time }, ...over });
  const timeline = async (asking: object) =>
    host.bus.request(ShowAuditTimeline, ShowAuditTimeline.data.parse(asking), asked('auditor'));

  it('counts by day and by hour, what was refused apart', async () => {
    const refused = {
      of: 'catalog.refusal',
      type: 'AttemptRefused',
      data: {
        operation: 'RetireApp',
        resourceType: 'app',
        resourceId: 'paint',
        code: 'X',
        detail: 'y',
      },
    };
    await tell(
      at('2026-11-18T23:59:59.999Z'),
      at('2026-11-19T00:00:00.000Z'),
      at('2026-11-19T00:59:59.999Z'),
      at('2026-11-19T01:00:00.000Z', refused),
      at('2026-10-01T01:00:00.000Z'),
    );
    expect(resultOf(await timeline({}))).toEqual({
      ...{ bucket: 'day', since: '2026-10-21T12:00:00.000Z', until: NOW },
      buckets: [
        { start: '2026-11-18T00:00:00.000Z', entries: 1, refused: 0 },
        { start: '2026-11-19T00:00:00.000Z', entries: 3, refused: 1 },
      ],
    });
    const hours = { bucket: 'hour', since: '2026-11-19T00:00:00Z', q: 'paint' };
    expect(resultOf(await timeline(hours)).buckets).toEqual([
      { start: '2026-11-19T00:00:00.000Z', entries: 2, refused: 0 },
      { start: '2026-11-19T01:00:00.000Z', entries: 1, refused: 1 },
    ]);
    expect(resultOf(await timeline({ ...hours, outcome: 'refused' })).buckets).toHaveLength(1);
    expect(resultOf(await timeline({ ...hours, user: 'nobody' })).buckets).toEqual([]);
  });

  it.each([
    [{ bucket: 'hour', since: '2026-10-01T00:00:00Z' }, 'ask for days'],
    [{ since: '2020-01-01T00:00:00Z' }, 'ask for less time'],
    [{ since: '0000-01-01T00:00:00Z', until: '9999-12-31T23:59:59Z' }, 'ask for less time'],
  ])('has a bound: %j', async (asking, why) => {
    expect(await timeline(asking)).toMatchObject({
      ...{ kind: 'rejected', code: 'InvalidRequest' },
      detail: expect.stringContaining(why),
    });
  });

  it('takes any time that there is', async () => {
    for (const asking of [{ until: '0000-01-01T00:00:00Z' }, { since: '9999-12-31T23:59:59Z' }]) {
      expect(resultOf(await timeline(asking)).buckets).toEqual([]);
    }
  });
});
