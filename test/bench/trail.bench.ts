// Goal: what the proof that the trail is whole costs: while it grows, when one entry is proved, and when all are checked.
// Method: a SQLite log of a million commits. The audit service's read models with and without the tree, in turn; proofs of
//         random places, beside a row by its key; an export of all, checked as `sortie audit verify` does, beside a plain
//         SHA-256 of the same file.
import { createHash } from 'node:crypto';
import { createReadStream, rmSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { merkleHashing } from '#shared/adapters/merkle-hashing.js';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { sqliteDatabases } from '#shared/adapters/sqlite-databases.js';
import { NO_PREVIOUS } from '#shared/contracts/tree-head.js';
import { Projector } from '#shared/es/projector.js';
import type { ReadModel } from '#shared/es/read-model.js';
import { commandsModel } from '#shared/es/service-models.js';
import { openAuditKey } from '#services/audit/adapters/audit-key.js';
import { listLeaves, type Proving } from '#services/audit/process/proving.js';
import { analytics } from '#services/audit/read/analytics.js';
import { auditLog } from '#services/audit/read/audit-log.js';
import { auditTree } from '#services/audit/read/audit-tree.js';
import { launchDays } from '#services/audit/read/launch-days.js';
import type { AuditTables } from '#services/audit/read/tables.js';
import { StoredTree } from '#services/audit/read/tree.query.js';
import { exportBundle, type Get } from '#services/cli/audit-export.js';
import { verifyBundle } from '#services/cli/audit-verify.js';
import { type BenchRow, medianOf, percentileOf, rowOf } from './bench-row.js';
import { fillCatalogue } from './catalogue-commits.js';

const ENTRIES = 1_000_000;
const APPS = 20_000;
/** Projecting a million events with all read models takes minutes, and no other rate than this. */
const PROJECTED = 200_000;
const ROUNDS = 3;
const PROOFS = 2_000;
const MIB = 1_024 * 1_024;
const MIGRATIONS = resolve('services/audit/migrations');
const WITHOUT = [auditLog, analytics, launchDays, commandsModel('audit')];

/** A million entries, proved and checked. Takes a few minutes and 3 GB below /tmp. */
export async function benchTrail(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-trail-'));
  try {
    const projecting = await benchProjecting(folder);
    const log = SqliteEventLog.open(join(folder, 'million.db'));
    await fillCatalogue(log, { events: ENTRIES, apps: APPS });
    const rows = [projecting, ...(await benchMillionEntries(folder, log))];
    await log.close();
    return rows;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function benchProjecting(folder: string): Promise<BenchRow> {
  const log = SqliteEventLog.open(join(folder, 'projected.db'));
  await fillCatalogue(log, { events: PROJECTED, apps: APPS });
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const models = [...WITHOUT, auditTree(merkleHashing)];
    for (const [into, used] of [
      [ours, models],
      [theirs, WITHOUT],
    ] as const) {
      const { seconds, close } = await project(folder, log, used);
      into.push(PROJECTED / seconds);
      await close();
    }
  }
  await log.close();
  return rowOf({
    what: `projecting ${PROJECTED / 1_000}k events, all read models of the trail`,
    unit: '1/s',
    ours: medianOf(ours),
    baseline: medianOf(theirs),
    baselineName: 'the same without the tree',
  });
}

async function project(folder: string, log: SqliteEventLog, models: readonly ReadModel[]) {
  const databases = sqliteDatabases({ folder });
  const database = await databases.openDatabase<AuditTables>('audit', MIGRATIONS);
  const { store } = database;
  const projector = new Projector({ service: 'audit', log, store, models });
  const from = performance.now();
  await projector.start();
  const seconds = (performance.now() - from) / 1_000;
  const close = async (): Promise<void> => {
    await projector.stop();
    await databases.close();
    for (const end of ['', '-wal', '-shm']) rmSync(join(folder, `audit.db${end}`), { force: true });
  };
  return { database, seconds, close };
}

async function benchMillionEntries(folder: string, log: SqliteEventLog): Promise<BenchRow[]> {
  const models = [auditTree(merkleHashing)];
  const { database, seconds, close } = await project(folder, log, models);
  const bytes = (await stat(join(folder, 'audit.db'))).size;
  const { primary } = database;
  const tree = () => StoredTree.read(primary, merkleHashing);
  const [proofs, rows]: [number[], number[]] = [[], []];
  for (let n = 0; n < PROOFS; n += 1) {
    const index = (n * 7_919_993) % ENTRIES;
    const from = performance.now();
    await (await tree()).inclusion(index, ENTRIES);
    const between = performance.now();
    const id = `0/${Math.floor(index / 16)}`;
    await primary.selectFrom('audit_tree').selectAll().where('id', '=', id).executeTakeFirst();
    proofs.push(between - from);
    rows.push(performance.now() - between);
  }
  const checked = await benchChecking(folder, log, tree);
  await close();
  const proof = 'proof of one entry among a million';
  const side = (share: number) => ({
    ours: percentileOf(proofs, share),
    baseline: percentileOf(rows, share),
    baselineName: 'one row by its key, by Kysely',
  });
  return [
    rowOf({
      what: 'the tree alone over a million entries, built from the log',
      unit: '1/s',
      ours: ENTRIES / seconds,
      baseline: ENTRIES / checked.hashing,
      baselineName: 'reading and hashing the same leaves',
      note: `${Math.round(bytes / MIB)} MiB on disk`,
    }),
    rowOf({
      what: `${proof}, p50`,
      unit: 'ms',
      ...side(0.5),
      note: 'the edge, and the tiles in one query',
    }),
    rowOf({ what: `${proof}, p99`, unit: 'ms', ...side(0.99) }),
    ...checked.rows,
  ];
}

async function benchChecking(folder: string, log: SqliteEventLog, tree: Proving['tree']) {
  const key = openAuditKey({ path: join(folder, 'audit.key') });
  const publicKey = join(folder, 'public.pem');
  await writeFile(publicKey, key.publicKey);
  const root = Buffer.from(await (await tree()).rootAt(ENTRIES)).toString('hex');
  const head = key.sign({
    ...{ number: 1, size: ENTRIES, root, time: new Date().toISOString(), log: log.id },
    ...{ previous: NO_PREVIOUS, key: key.id },
  });
  const get = async (path: string): Promise<unknown> => {
    const { pathname, searchParams } = new URL(path, 'http://localhost');
    if (pathname === '/api/audit/tree-head') return { head };
    if (pathname === '/api/audit/tree-heads') return { heads: [head] };
    const [after, limit] = [Number(searchParams.get('after')), Number(searchParams.get('limit'))];
    return listLeaves({ log }, { after, limit });
  };
  const output = join(folder, 'bundle');
  let from = performance.now();
  await exportBundle(get as Get, { output });
  const hashing = (performance.now() - from) / 1_000;
  const { size } = await stat(output);
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    from = performance.now();
    await verifyBundle(output, { publicKey });
    ours.push(size / MIB / ((performance.now() - from) / 1_000));
    from = performance.now();
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(output, { highWaterMark: MIB })) {
      hash.update(chunk as Buffer);
    }
    hash.digest();
    theirs.push(size / MIB / ((performance.now() - from) / 1_000));
  }
  const rows = [
    rowOf({
      what: `verify of ${Math.round(size / MIB)} MiB, a million entries`,
      unit: 'MiB/s',
      ours: medianOf(ours),
      baseline: medianOf(theirs),
      baselineName: 'plain SHA-256 of the same file',
    }),
  ];
  return { hashing, rows };
}
