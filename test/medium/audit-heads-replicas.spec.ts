// Goal: of several replicas of the audit service one signs, and another goes on with the same chain of heads in its place.
// Method: two services on one real PostgreSQL and one log, with a key that both have and a data folder each.
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryEventLog } from '#shared/adapters/memory-event-log.js';
import { headOf, headText, type TreeHead } from '#shared/contracts/tree-head.js';
import type { EventLog } from '#shared/es/event-log.js';
import { openAudit } from '#services/audit/module.js';
import { newCommit } from '#test/support/commits.js';
import { type DatabasePlace, openPlace } from '#test/support/database-place.js';
import { SOON } from '#test/support/signed-trail.js';
import { until } from '#test/support/waits.js';

const TAKE_OVER_MS_MAX = 40_000;
/** Long enough for a replica to take up the heads before it has caught up with the log. */
const LATE_MS = 500;
const { privateKey } = generateKeyPairSync('ed25519');
const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

let place: DatabasePlace;
let log: MemoryEventLog;
let closers: (() => Promise<unknown>)[];
beforeEach(async () => {
  place = await openPlace(undefined, 'postgres');
  log = new MemoryEventLog();
  closers = [];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  await place.remove();
});

async function replica(log: EventLog) {
  const dataPath = await mkdtemp(join(tmpdir(), 'sortie-audit-'));
  const databases = place.databases();
  const host = { log, openDatabase: databases.openDatabase, now: () => new Date() };
  const told: string[] = [];
  const { notary, service } = await openAudit(host, {
    ...{ key, trustedKeys: '', headsTo: [], s3: undefined, every: SOON, acceptHead: 0, dataPath },
    tell: (_, message) => void told.push(message),
  });
  const stop = async (): Promise<void> => {
    closers = closers.filter((one) => one !== stop);
    await service.stop();
    await databases.close();
    await rm(dataPath, { recursive: true });
  };
  closers.push(stop);
  const path = join(dataPath, 'tree-heads.ndjson');
  const heads = (): TreeHead[] =>
    readFileSync(path, { encoding: 'utf8', flag: 'a+' })
      .split('\n')
      .flatMap((line) => headOf(line) ?? []);
  const signed = (size: number, ms?: number) =>
    until(`a head over ${size}`, () => heads().find((head) => head.size === size), ms);
  return { notary, service, told, heads, signed, stop };
}

/** The same log, which says late how far it is. */
const late = (log: MemoryEventLog): EventLog => ({
  id: log.id,
  append: (commit) => log.append(commit),
  read: (query) => log.read(query),
  follow: (query, signal) => log.follow(query, signal),
  last: (stream) => log.last(stream),
  head: async () => {
    await setTimeout(LATE_MS);
    return log.head();
  },
  close: () => log.close(),
});

it('one signs, and the next goes on where it was', async () => {
  const first = await replica(log);
  const second = await replica(late(log));
  expect([first.service.projector.leads, second.service.projector.leads]).toEqual([true, false]);
  for (let i = 0; i < 3; i += 1) await log.append(newCommit());
  await first.signed(3);
  expect(second.heads()).toEqual([]);
  const before = first.heads();
  await first.stop();
  // It is caught up with by the one that has the lead already, and none comes after it.
  await log.append(newCommit());
  await second.signed(4, TAKE_OVER_MS_MAX);
  const all = second.heads();
  expect(all.slice(0, before.length)).toEqual(before);
  for (const [i, head] of all.entries()) {
    const last = all[i - 1];
    const hash = last && createHash('sha256').update(headText(last)).digest('hex');
    expect([head.number, head.previous]).toEqual([i + 1, hash ?? '0'.repeat(64)]);
  }
  expect([first.told, second.told]).toEqual([[], []]);
});
