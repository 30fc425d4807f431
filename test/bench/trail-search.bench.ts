// Goal: what it costs to look something up in a trail of a million entries, and what the indexes and the full-text index save.
// Method: a SQLite database filled by the read model itself; the service's own queries, in turn with the same queries on a copy
//         of it that lacks the index, or with LIKE in the place of the words.
import { copyFileSync, mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { sqliteDatabases } from '#shared/adapters/sqlite-databases.js';
import { Database } from '#shared/adapters/sqlite-library.js';
import { auditQuery, type AuditFilters } from '#shared/contracts/audit.js';
import type { RecordedEvent } from '#shared/es/commit.js';
import { foldBatch } from '#shared/es/fold-batch.js';
import { auditLog } from '#services/audit/read/audit-log.js';
import { listAudit, listMyTrail } from '#services/audit/read/audit-log.query.js';
import { showTimeline } from '#services/audit/read/audit-timeline.query.js';
import type { AuditTables } from '#services/audit/read/tables.js';
import { type BenchRow, percentileOf, rowOf } from './bench-row.js';

const ENTRIES = 1_000_000;
const BATCH = 2_000;
const PEOPLE = 2_000;
const APPS = 500;
const SESSION_EVERY = 5;
const RETIRED_EVERY = 5_000;
const START = Date.parse('2025-11-20T00:00:00Z');
const STEP_MS = (365 * 86_400_000) / ENTRIES;
const NOW = new Date(START + ENTRIES * STEP_MS);
/** A query without its index takes most of a second. */
const RUNS = { ours: 200, baseline: 30 };
const PUT = 20_000;
const MIGRATIONS = resolve('services/audit/migrations');

type Db = Kysely<AuditTables>;
type Ask = (db: Db, n: number) => Promise<unknown>;
type Case = Readonly<{
  what: string;
  ask: Ask;
  /** What the copy lacks. */
  without?: readonly string[];
  /** Asked of the copy in its place. */
  instead?: Ask;
  baselineName: string;
}>;

/** Looks in a trail of a million entries. Takes some minutes and 2 GB below /tmp. */
export async function benchTrailSearch(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-search-'));
  try {
    const rows = [...(await fill(folder)), await benchPutting(folder)];
    for (const one of CASES) rows.push(...(await benchCase(folder, one)));
    return rows;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const personOf = (n: number): string => `person-${(n * 7_919) % PEOPLE}`;
const appOf = (n: number): string => `app-${(n * 104_729) % APPS}`;

function eventOf(n: number): RecordedEvent {
  const [userId, appId] = [personOf(n), appOf(n)];
  const session = { sessionId: `session-${n}`, userId, appId, appName: `App ${appId}` };
  const [service, aggregate, type, data] =
    n % RETIRED_EVERY === 0
      ? ['catalog', 'app', 'AppRetired', { appId, name: 'Gone', approvedUserIds: [] }]
      : n % SESSION_EVERY === 0
        ? ['session', 'session', 'SessionRequested', { ...session, expiresAt: NOW.toISOString() }]
        : ['catalog', 'launch', 'AppLaunched', { appId, userId, url: `https://${appId}.example` }];
  const time = new Date(START + n * STEP_MS).toISOString();
  return {
    ...{ type, data, sequence: n + 1, index: 0, commandId: `c${n}` },
    stream: `sortie.event.${service}.${aggregate}.id-${n}`,
    cloud: { type: `sortie.${service}.${type}.v1`, time, actor: userId, data },
  } as unknown as RecordedEvent;
}

const open = (folder: string) =>
  sqliteDatabases({ folder }).openDatabase<AuditTables>('audit', MIGRATIONS);

type Opened = Awaited<ReturnType<typeof open>>;

async function put({ store }: Opened, table: string, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += BATCH) {
    const events = Array.from({ length: BATCH }, (_, i) => eventOf(at + i));
    const target = { table, checkpoint: at + BATCH };
    await store.apply([await foldBatch(store, auditLog, target, events)]);
  }
}

const secondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1_000;
};

/** As a rebuild fills it: rows into a new table, then all its indexes at once. */
async function fill(folder: string): Promise<BenchRow[]> {
  const opened = await open(folder);
  const { store } = opened;
  const shadow = await store.createShadow(auditLog);
  const filling = await secondsOf(() => put(opened, shadow, 0, ENTRIES));
  let [last, longest] = [performance.now(), 0];
  const look = () => {
    const now = performance.now();
    [last, longest] = [now, Math.max(longest, now - last)];
  };
  const looking = setInterval(look, 1);
  const switching = await secondsOf(() => store.switchTo(auditLog, shadow, ENTRIES));
  look();
  clearInterval(looking);
  await opened.close();
  return [
    rowOf({
      ...{ what: 'rebuilding the trail, a million entries: the rows', unit: 's', ours: filling },
      ...{ baseline: switching, baselineName: 'the switch, with all indexes and that of words' },
    }),
    rowOf({
      ...{ what: 'longest that other work waits for the switch', unit: 's' },
      ...{ ours: longest / 1_000, baseline: switching, baselineName: 'the switch' },
    }),
  ];
}

/** What the words cost each new entry. */
async function benchPutting(folder: string): Promise<BenchRow> {
  const rate = async (triggers: 'kept' | 'dropped'): Promise<number> => {
    const { path, close } = await copyWithout(folder, []);
    await close();
    const raw = new Database(join(path, 'audit.db'));
    if (triggers === 'dropped') raw.exec('DROP TRIGGER audit_search_put');
    raw.close();
    const opened = await open(path);
    const seconds = await secondsOf(() => put(opened, auditLog.table, ENTRIES, ENTRIES + PUT));
    await opened.close();
    await rm(path, { recursive: true });
    return PUT / seconds;
  };
  return rowOf({
    ...{ what: 'new entries, in batches, on top of a million', unit: '1/s' },
    ours: await rate('kept'),
    baseline: await rate('dropped'),
    baselineName: 'without the index of words',
  });
}

/** A copy of the database without something; what is dropped is gone from the copy only. */
async function copyWithout(folder: string, dropped: readonly string[]) {
  const copy = join(folder, 'copy');
  mkdirSync(copy, { recursive: true });
  copyFileSync(join(folder, 'audit.db'), join(copy, 'audit.db'));
  const raw = new Database(join(copy, 'audit.db'));
  for (const index of dropped) raw.exec(`DROP INDEX ${index}`);
  raw.exec('ANALYZE');
  raw.close();
  const { reader, close } = await open(copy);
  return { path: copy, reader, close };
}

async function times(db: Db, ask: Ask, runs: number): Promise<number[]> {
  const taken: number[] = [];
  for (let n = 0; n < runs; n += 1) {
    const began = performance.now();
    await ask(db, n * 37);
    taken.push(performance.now() - began);
  }
  return taken;
}

async function benchCase(folder: string, one: Case): Promise<BenchRow[]> {
  const { what, ask, without = [], instead = ask, baselineName } = one;
  const ours = await open(folder);
  const copy = await copyWithout(folder, without);
  await times(ours.reader, ask, 5);
  await times(copy.reader, instead, 2);
  const [a, b] = [
    await times(ours.reader, ask, RUNS.ours),
    await times(copy.reader, instead, RUNS.baseline),
  ];
  await ours.close();
  await copy.close();
  await rm(copy.path, { recursive: true });
  return [0.5, 0.99].map((share) =>
    rowOf({
      ...{ what: `${what}, p${share * 100}`, unit: 'ms', baselineName },
      ours: percentileOf(a, share),
      baseline: percentileOf(b, share),
    }),
  );
}

const listing =
  (filtersOf: (n: number) => AuditFilters): Ask =>
  (db, n) =>
    listAudit(db, auditQuery.parse(filtersOf(n)));

const daysAgo = (days: number): string => new Date(NOW.getTime() - days * 86_400_000).toISOString();

/** As LIKE would find it: whatever has the letters in it. */
const like =
  (wordsOf: (n: number) => readonly string[]): Ask =>
  (db, n) =>
    wordsOf(n)
      .reduce(
        (query, word) => query.where('search', 'like', `%${word}%`),
        db.selectFrom('audit_log').selectAll().orderBy('id', 'desc').limit(101),
      )
      .execute();

const CASES: readonly Case[] = [
  {
    what: 'the newest page of a trail of a million entries',
    ask: listing(() => ({})),
    instead: (db) => sql`SELECT 1`.execute(db),
    baselineName: 'SELECT 1',
  },
  {
    what: 'of one person',
    ask: listing((n) => ({ user: personOf(n) })),
    without: ['idx_audit_actor', 'idx_audit_actor_timestamp'],
    baselineName: 'the same without idx_audit_actor…',
  },
  {
    what: 'of one person, half a year ago',
    ask: listing((n) => ({ user: personOf(n), until: daysAgo(180) })),
    without: ['idx_audit_actor_timestamp'],
    baselineName: 'the same without idx_audit_actor_timestamp',
  },
  {
    what: 'of a rare action',
    ask: listing(() => ({ action: 'DELETE_APP' })),
    without: ['idx_audit_action'],
    baselineName: 'the same without idx_audit_action',
  },
  {
    what: 'of a day long ago',
    ask: listing((n) => ({ since: daysAgo(300 - (n % 100)), until: daysAgo(299 - (n % 100)) })),
    without: ['idx_audit_timestamp'],
    baselineName: 'the same without idx_audit_timestamp',
  },
  {
    what: 'of one person, one app and one action at once',
    ask: listing((n) => ({
      user: personOf(n),
      resource_id: `session-${n}`,
      action: 'CREATE_SESSION',
    })),
    without: ['idx_audit_actor', 'idx_audit_actor_timestamp', 'idx_audit_resource_id'],
    baselineName: 'the same with idx_audit_action alone',
  },
  {
    what: 'with a rare word',
    ask: listing((n) => ({ q: `session ${(n * 5 * 7_919) % ENTRIES}` })),
    instead: like((n) => ['session', ` ${(n * 5 * 7_919) % ENTRIES}`]),
    baselineName: 'LIKE',
  },
  {
    what: 'with a word that is in every third entry, and one that is in few',
    ask: listing((n) => ({ q: `launch ${appOf(n).slice(4)} person ${n % PEOPLE}` })),
    instead: like((n) => ['launch', ` ${appOf(n).slice(4)}`, 'person', ` ${n % PEOPLE}`]),
    baselineName: 'LIKE',
  },
  {
    what: 'one’s own trail',
    ask: (db, n) => listMyTrail(db, { userId: personOf(n), limit: 100 }),
    instead: like((n) => [personOf(n)]),
    baselineName: 'LIKE',
  },
  {
    what: 'a timeline of 30 days',
    ask: (db) => showTimeline(db, { bucket: 'day' }, NOW),
    without: ['idx_audit_timestamp'],
    baselineName: 'the same without idx_audit_timestamp',
  },
];
