// Goal: what is read of the past is what was there then, in every kind of database.
// Method: random events of all services, folded whole; at random sequences each table of the past is held against the
// table that the log's first commits alone make. Then the histories are rebuilt.
import { resolve } from 'node:path';
import fc from 'fast-check';
import type { Kysely, QueryCreator } from 'kysely';
import { expect, it } from 'vitest';
import { MemoryEventLog } from '#shared/adapters/memory-event-log.js';
import { CATALOG_EVENTS } from '#shared/contracts/catalog.js';
import { IDENTITY_EVENTS } from '#shared/contracts/identity.js';
import { SESSION_EVENTS } from '#shared/contracts/session.js';
import { SHARING_EVENTS } from '#shared/contracts/sharing.js';
import type { NewCommit, RecordedEvent } from '#shared/es/commit.js';
import type { History } from '#shared/es/history.js';
import { Projector } from '#shared/es/projector.js';
import { histories as ofCatalog } from '#services/catalog/read/histories.js';
import { histories as ofIdentity } from '#services/identity/read/histories.js';
import { histories as ofSession } from '#services/session/read/histories.js';
import { DATABASE_KINDS, type DatabaseKind, openPlace } from '#test/support/database-place.js';
import { randomCommits } from '#test/support/random-events.js';

const RUNS = 2;
const COMMITS = 300;
const SEQUENCES = 5;
/** Each sequence is a database of its own, made and folded. */
const TIMEOUT_MS = 180_000;

type Tables = Record<string, Record<string, unknown>>;
type Followed = Readonly<{
  histories: readonly History[];
  known: ReadonlySet<string>;
  follows?: readonly string[];
}>;
const SERVICES: Readonly<Record<string, Followed>> = {
  catalog: {
    histories: ofCatalog,
    known: new Set([...CATALOG_EVENTS, ...IDENTITY_EVENTS]),
    follows: ['identity'],
  },
  identity: { histories: ofIdentity, known: IDENTITY_EVENTS },
  session: { histories: ofSession, known: new Set([...SESSION_EVENTS, ...SHARING_EVENTS]) },
};

const logOf = async (commits: readonly NewCommit[]): Promise<MemoryEventLog> => {
  const log = new MemoryEventLog();
  for (const commit of commits) await log.append(commit);
  return log;
};

/** One service's tables with what its log says, while `work` looks at them. */
async function folded<T>(
  { kind, service, log }: { kind: DatabaseKind; service: string; log: MemoryEventLog },
  work: (database: { reader: Kysely<Tables>; past: Past; projector: Projector }) => Promise<T>,
): Promise<T> {
  const { histories, known, follows = [] } = SERVICES[service] as Followed;
  const place = await openPlace(undefined, kind);
  const databases = place.databases();
  const database = await databases.openDatabase<Tables>(
    service,
    resolve('services', service, 'migrations'),
  );
  const { store, reader } = database;
  // What the history leaves out, the table that it is held against leaves out, too.
  const models = histories.map(({ of, leavesOut }) => ({
    ...of,
    keysOf: (event: RecordedEvent) => (leavesOut(event) ? [] : of.keysOf(event)),
  }));
  const projector = new Projector({
    ...{ service, log, store, known },
    models: [...models, ...histories.map(({ model }) => model)].map((model) => ({
      of: service,
      ...model,
    })),
    follows: [service, ...follows],
  });
  await projector.start();
  try {
    return await work({ reader, projector, past: (at) => database.past(histories, at) });
  } finally {
    await projector.stop();
    await databases.close();
    await place.remove();
  }
}
type Past = (sequence: number) => Promise<QueryCreator<Tables>>;

/** Every table whose past is kept, row by row in the order of its keys. */
async function tablesOf(db: QueryCreator<Tables>, service: string): Promise<unknown> {
  const found: Record<string, unknown> = {};
  for (const { of } of SERVICES[service]?.histories ?? []) {
    found[of.table] = await db.selectFrom(of.table).selectAll().orderBy(of.key).execute();
  }
  return found;
}

const runSeed = Number(process.env['PAST_SEED'] ?? Date.now() % 1_000_000_000);
const cases = DATABASE_KINDS.flatMap((kind) =>
  Object.keys(SERVICES).map((service) => ({ kind, service })),
);

it.each(cases)(
  `$service on $kind (PAST_SEED=${runSeed})`,
  { timeout: TIMEOUT_MS },
  async ({ kind, service }) => {
    const sequences = fc.array(fc.integer({ min: 0, max: COMMITS }), {
      minLength: SEQUENCES,
      maxLength: SEQUENCES,
    });
    const property = fc.asyncProperty(randomCommits(COMMITS), sequences, async (commits, asked) => {
      await folded({ kind, service, log: await logOf(commits) }, async ({ past, projector }) => {
        let rows = 0;
        for (const sequence of asked) {
          const then = { kind, service, log: await logOf(commits.slice(0, sequence)) };
          const expected = await folded(then, ({ reader }) => tablesOf(reader, service));
          const found = await tablesOf(await past(sequence), service);
          expect(found, `as of ${sequence}`).toEqual(expected);
          rows += JSON.stringify(found).length;
        }
        expect(rows).toBeGreaterThan(0);
        for (const { name } of await projector.status()) {
          const report = await projector.rebuild(name);
          expect(report?.hashAfter, name).toBe(report?.hashBefore);
        }
      });
    });
    await fc.assert(property, { seed: runSeed, numRuns: RUNS, endOnFailure: true });
  },
);
