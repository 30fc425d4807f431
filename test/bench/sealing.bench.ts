// Goal: what it costs that what is about people is sealed: at each request, in the log, on a page of the trail, in a list.
// Method: identity's own keys in SQLite files; each beside the same without sealing, in turn.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sealingKeyOf } from '#shared/adapters/seal.js';
import { sqliteDatabases } from '#shared/adapters/sqlite-databases.js';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { streamOf } from '#shared/es/commit.js';
import { systemContext } from '#shared/es/system-context.js';
import { openEntries } from '#services/audit/process/open-entries.js';
import { PersonKeys } from '#services/identity/adapters/person-keys.js';
import { PersonalTexts, USER_NAME } from '#services/identity/adapters/personal-texts.js';
import { type BenchRow, medianOf, rowOf } from './bench-row.js';

const ROUNDS = 5;
const REQUESTS = 2_000;
const APPENDS = 2_000;
const PAGE = 100;
const PAGES = 50;
const USERS = 10_000;
const PLAIN = {
  ip: '203.0.113.77',
  userAgent: `Mozilla/5.0 (X11; Linux x86_64) ${'x'.repeat(60)}`,
};

/** Seals addresses, appends them, shows pages of them, lists users. Takes half a minute. */
export async function benchSealing(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-sealing-'));
  const databases = sqliteDatabases({ folder });
  const keys = await PersonKeys.open(databases.openDatabase, sealingKeyOf(randomBytes(32)));
  const fresh = () =>
    new PersonalTexts({ keys, erasedAmong: async () => new Set(), now: () => new Date() });
  try {
    const person = randomUUID();
    await keys.make(person);
    return [
      await benchRequests(fresh(), person),
      ...(await benchAppends(folder, fresh(), person)),
      ...(await benchPages(fresh, person)),
      await benchList(fresh),
    ];
  } finally {
    await databases.close();
    await rm(folder, { recursive: true });
  }
}

async function benchRequests(personal: PersonalTexts, person: string): Promise<BenchRow> {
  const context = { ...systemContext(), ...PLAIN };
  const ours = await timed(REQUESTS, () => personal.originOf(context, person));
  const baseline = await timed(REQUESTS, async () => ({ ...context }));
  const baselineName = 'copying the context';
  return rowOf({
    what: 'address and program of a request sealed',
    unit: 'µs',
    ours,
    baseline,
    baselineName,
  });
}

async function benchAppends(folder: string, personal: PersonalTexts, person: string) {
  const rates: { sealed: number[]; plain: number[] } = { sealed: [], plain: [] };
  const sealed = await personal.originOf({ ...systemContext(), ...PLAIN }, person);
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.sealed.push(await appendRate(join(folder, `sealed-${round}.db`), sealed));
    rates.plain.push(await appendRate(join(folder, `plain-${round}.db`), PLAIN));
  }
  const bytes = (origin: Origin) => Buffer.byteLength(JSON.stringify(eventOf(origin)));
  const baselineName = 'in plain text';
  return [
    rowOf({
      ...{ what: 'append, fsynced, 1 writer', unit: '1/s', baselineName },
      ...{ ours: medianOf(rates.sealed), baseline: medianOf(rates.plain) },
    }),
    rowOf({
      ...{ what: 'bytes of an event with address and program', unit: 'B', baselineName },
      ...{ ours: bytes(sealed), baseline: bytes(PLAIN) },
    }),
  ];
}

type Origin = Readonly<{ ip?: string; userAgent?: string }>;

const eventOf = ({ ip = '', userAgent = '' }: Origin) =>
  ({
    ...{ specversion: '1.0', id: randomUUID(), source: '/sortie/catalog', subject: 'wiki' },
    ...{ type: 'sortie.catalog.AppLaunched.v1', time: new Date().toISOString() },
    ...{
      datacontenttype: 'application/json',
      actor: randomUUID(),
      actorip: ip,
      useragent: userAgent,
    },
    ...{ correlationid: randomUUID(), commandid: randomUUID(), data: { appId: 'wiki' } },
  }) as const;

async function appendRate(path: string, origin: Origin): Promise<number> {
  const log = SqliteEventLog.open(path);
  const stream = streamOf('catalog', 'launch', 'wiki');
  const started = performance.now();
  for (let n = 0; n < APPENDS; n += 1) {
    const commandId = randomUUID();
    await log.append({
      stream,
      commandId,
      expectedVersion: 'any',
      events: [eventOf(origin) as never],
    });
  }
  const rate = APPENDS / ((performance.now() - started) / 1_000);
  await log.close();
  return rate;
}

async function benchPages(fresh: () => PersonalTexts, person: string): Promise<BenchRow[]> {
  const personal = fresh();
  const entries = await Promise.all(
    Array.from({ length: PAGE }, async (_, id) => {
      const { ip, userAgent } = await personal.originOf({ ...systemContext(), ...PLAIN }, person);
      return { id, details: { id: 'x' }, ip_address: ip, user_agent: userAgent };
    }),
  );
  const plain = entries.map((entry) => ({
    ...entry,
    ...{ ip_address: PLAIN.ip, user_agent: PLAIN.userAgent },
  }));
  const show = (by: PersonalTexts, page: object[]) =>
    openEntries((texts) => by.opened(texts), page);
  const baseline = await timed(PAGES, () => show(personal, plain));
  const cold = await timed(PAGES, () => show(fresh(), entries));
  const warm = await timed(PAGES, () => show(personal, entries));
  const baselineName = 'the same page in plain text';
  return [
    rowOf({
      what: `a page of ${PAGE} entries opened`,
      unit: 'µs',
      ours: cold,
      baseline,
      baselineName,
    }),
    rowOf({ what: 'the same page again', unit: 'µs', ours: warm, baseline, baselineName }),
  ];
}

async function benchList(fresh: () => PersonalTexts): Promise<BenchRow> {
  const personal = fresh();
  const rows: { id: string; name: string }[] = [];
  for (let n = 0; n < USERS; n += 1) {
    const id = randomUUID();
    rows.push({ id, name: await personal.sealNew(id, USER_NAME, `user-${n}`) });
  }
  const cold = await timed(1, () => fresh().opened(rows));
  await personal.opened(rows);
  const warm = await timed(ROUNDS, () => personal.opened(rows));
  return rowOf({
    ...{ what: `names of ${USERS} users opened, for a list`, unit: 'µs', ours: cold },
    ...{ baseline: warm, baselineName: 'opened within the last minute' },
  });
}

/** Microseconds of the processor that one takes, whatever else it does, in the middle of several rounds. */
async function timed(times: number, work: () => Promise<unknown>): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = process.cpuUsage();
    for (let n = 0; n < times; n += 1) await work();
    const { user, system } = process.cpuUsage(started);
    rounds.push((user + system) / times);
  }
  return medianOf(rounds);
}
