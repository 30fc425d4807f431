import { join } from 'node:path';
import Database from 'better-sqlite3';
// Goal: the trail is walked page by page, each entry once, at a cost that does not grow with its length.
// Method: the real catalogue and audit services on SQLite files, and the plans that SQLite makes for the queries.
import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AuditEntry,
  auditQuery,
  type AuditQuery,
  ListAudit,
} from '#shared/contracts/audit.js';
import { newApp, RegisterApp } from '#shared/contracts/catalog.js';
import type { Reply } from '#shared/es/operation.js';
import { auditPage } from '#services/audit/read/audit-log.query.js';
import { type AuditHost, openAuditHost } from '#test/support/audit-host.js';
import { asked } from '#test/support/catalog-host.js';

let host: AuditHost;
beforeEach(async () => {
  host = await openAuditHost();
});
afterEach(() => host.close());

const resultOf = <R>(reply: Reply<R>): R => {
  if (reply.kind === 'rejected') throw new Error(`${reply.code}: ${reply.detail}`);
  return reply.result;
};
const register = (id: string) =>
  host.bus.request(
    RegisterApp,
    newApp.parse({ id, name: 'Gimp', url: 'https://gimp.example' }),
    asked('admin'),
  );

async function trail(over: Partial<AuditQuery> = {}): Promise<AuditEntry[]> {
  await host.caughtUp();
  const asking = auditQuery.parse(over);
  return resultOf(await host.bus.request(ListAudit, asking, asked('admin'))).entries;
}

describe('the audit trail', () => {
  it.each([{}, { since: '2000-01-01T00:00:00Z' }, { user: 'admin-1' }])(
    'is walked page by page with %j, each entry once, while new ones arrive',
    async (filter) => {
      for (let n = 0; n < 25; n += 1) await register(`app-${n}`);
      await host.caughtUp();
      const seen: string[] = [];
      let cursor: string | undefined;
      let more = 0;
      do {
        const asking = auditQuery.parse({ limit: 4, cursor, ...filter });
        const page = resultOf(await host.bus.request(ListAudit, asking, asked('admin')));
        seen.push(...page.entries.map((entry) => entry.resource_id));
        cursor = page.next_cursor;
        await register(`late-${(more += 1)}`);
        await host.caughtUp();
      } while (cursor);
      expect(seen).toEqual(Array.from({ length: 25 }, (_, n) => `app-${24 - n}`));
    },
  );

  it('refuses a cursor of another list', async () => {
    const asking = auditQuery.parse({ cursor: Buffer.from('"x"').toString('base64url') });
    for (const filter of [{}, { since: '2000-01-01T00:00:00Z' }]) {
      const reply = await host.bus.request(ListAudit, { ...asking, ...filter }, asked('admin'));
      expect(reply).toMatchObject({ kind: 'rejected', code: 'InvalidRequest' });
    }
  });

  it.each([
    {},
    { cursor: Buffer.from('5000').toString('base64url') },
    { user: 'admin-1' },
    { action: 'CREATE_APP' },
    { resource_type: 'app' },
    { resource_id: 'gimp' },
    { outcome: 'refused' },
    { since: '2026-01-01T00:00:00Z' },
    { until: '2026-01-01T00:00:00Z' },
    { since: '2026-01-01T00:00:00Z', until: '2026-02-01T00:00:00Z' },
    {
      until: '2026-01-01T00:00:00Z',
      cursor: Buffer.from('"2025-11-20T08:00:00.000Z 7"').toString('base64url'),
    },
  ] as const)('finds its first page without reading or sorting the history: %j', async (filter) => {
    const { sql, parameters } = auditPage(host.audit.reader, auditQuery.parse(filter)).compile();
    const file = new Database(join(host.folder, 'audit.db'), { readonly: true });
    const plan = file.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(parameters) as {
      detail: string;
    }[];
    file.close();
    const details = plan.map(({ detail }) => detail);
    expect(details).toHaveLength(1);
    const isWalked = 'user action resource_type resource_id outcome since until cursor'
      .split(' ')
      .every((name) => !(name in filter));
    expect(details[0]).toMatch(
      isWalked ? /^SCAN audit_log$/ : /^SEARCH audit_log USING (INDEX idx_audit|INTEGER)/,
    );
  });

  it('lists what is recorded now, also when the clock went back', async () => {
    await host.close();
    let now = '2026-11-20T08:00:00.000Z';
    host = await openAuditHost(() => new Date(now));
    await register('first');
    now = '2026-11-20T07:00:00.000Z';
    await register('second');
    expect((await trail()).map((entry) => entry.resource_id)).toEqual(['second', 'first']);
    const byTime = await trail({ since: '2026-11-20T00:00:00Z' });
    expect(byTime.map((entry) => entry.resource_id)).toEqual(['first', 'second']);
  });
});
