import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { newCommit } from '#test/support/commits.js';
import { type BenchRow, medianOf, percentileOf, rowOf } from './bench-row.js';
import { type InsertFile, openInsertFile } from './plain-inserts.js';
import { benchReplay } from './replay.bench.js';

const ROUNDS = 5;
const ROUND_MS = 600;
const WRITERS = [1, 64] as const;

type Measured = Readonly<{ perSecond: number; p99Ms: number }>;

/** Appends by the event log against plain inserts of the same durability, then replay; both sides alternate in one run. */
export async function benchLog(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-bench-'));
  const log = SqliteEventLog.open(join(folder, 'sortie.db'));
  const plain = openInsertFile(join(folder, 'plain.db'));
  const rows: BenchRow[] = [];
  for (const writers of WRITERS) {
    const ours: Measured[] = [];
    const theirs: Measured[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      ours.push(await appendFor(log, writers));
      theirs.push(insertFor(plain));
    }
    rows.push(...rowsOf(writers, ours, theirs));
  }
  await log.close();
  plain.close();
  await rm(folder, { recursive: true });
  return [...rows, ...(await benchReplay())];
}

function rowsOf(writers: number, ours: Measured[], theirs: Measured[]): BenchRow[] {
  const baselineName = 'better-sqlite3, WAL, FULL, one insert a transaction';
  const side = (key: keyof Measured) => ({
    ours: medianOf(ours.map((one) => one[key])),
    baseline: medianOf(theirs.map((one) => one[key])),
    baselineName,
  });
  const who = `${writers} ${writers === 1 ? 'writer' : 'writers'}`;
  const alone = 'the baseline always has one writer: inserts of a synchronous driver queue up';
  return [
    rowOf({ what: `append, ${who}`, ...side('perSecond'), unit: '1/s', note: alone }),
    rowOf({ what: `append p99, ${who}`, ...side('p99Ms'), unit: 'ms', note: alone }),
  ];
}

async function appendFor(log: SqliteEventLog, writers: number): Promise<Measured> {
  const waits: number[] = [];
  const started = performance.now();
  const end = started + ROUND_MS;
  const write = async (): Promise<void> => {
    while (performance.now() < end) {
      const from = performance.now();
      await log.append(newCommit());
      waits.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  return measured(waits, performance.now() - started);
}

function insertFor(plain: InsertFile): Measured {
  const waits: number[] = [];
  const started = performance.now();
  while (performance.now() - started < ROUND_MS) {
    const from = performance.now();
    plain.insert(newCommit());
    waits.push(performance.now() - from);
  }
  return measured(waits, performance.now() - started);
}

const measured = (waits: number[], tookMs: number): Measured => ({
  perSecond: (waits.length / tookMs) * 1_000,
  p99Ms: percentileOf(waits, 0.99),
});
