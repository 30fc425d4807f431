// Goal: what memory no longer holds reads the same from the server, at any place, in batches that fit in memory.
// Method: a log that is opened again, so that its memory is empty.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JetStreamEventLog } from '#shared/adapters/jetstream-event-log.js';
import { BATCH_COMMITS_MAX, COMMIT_BYTES_MAX } from '#shared/es/event-log.js';
import { newCommit, readAll, sequencesOf, streamNamed, upTo } from '#test/support/commits.js';
import { askServer, openJetStreamLog, PATIENT } from '#test/support/jetstream-log.js';
import { NATS_VERSIONS, type NatsServer, startNatsServer } from '#test/support/nats-server.js';
import { until } from '#test/support/waits.js';

const COMMITS = 3_500;

describe.each(NATS_VERSIONS)('reading from the %s server', (version) => {
  let server: NatsServer;
  let opened: Awaited<ReturnType<typeof openJetStreamLog>>;
  let log: JetStreamEventLog;
  let ids: string[];
  beforeAll(async () => {
    server = await startNatsServer({ version, store: 'memory' });
    opened = await openJetStreamLog(server, PATIENT);
    const commits = upTo(COMMITS).map((n) =>
      newCommit({ stream: streamNamed(`a${n}`, n % 10 === 0 ? 'session' : 'catalog') }),
    );
    ids = commits.map(({ commandId }) => commandId);
    await Promise.all(commits.map((commit) => opened.log.append(commit)));
    log = await opened.reopen();
  });
  afterAll(async () => {
    await opened.close();
    await server.stop();
  });

  const consumers = async () =>
    (await askServer<{ state: { consumer_count: number } }>(server, 'STREAM.INFO.SORTIE')).state
      .consumer_count;

  it.each([
    [0, 1],
    [0, 8],
    [0, 9],
    [1_234, 50],
    [2_499, 1_000],
    [2_500, 1_000],
    [2_501, 1_000],
    [3_495, 1_000],
    [3_499, 1],
    [3_500, 5],
  ])('after %i, at most %i places', async (after, limit) => {
    const { commits, through } = await log.read({ after, limit });
    const wanted = upTo(COMMITS).slice(after, after + limit);
    expect(sequencesOf(commits)).toEqual(wanted);
    expect(through).toBe(wanted.at(-1) ?? after);
    expect(commits.map(({ commandId }) => commandId)).toEqual(ids.slice(after, after + limit));
  });

  it('leaves out other services', async () => {
    const read = await readAll(log, ['session']);
    expect(sequencesOf(read)).toEqual(upTo(COMMITS / 10).map((n) => n * 10));
    const { commits, through } = await log.read({ after: 0, limit: 7, services: ['session'] });
    expect([commits, through]).toEqual([[], 7]);
  });

  it('by many readers at once gives each the whole log, and leaves a bounded number of consumers', async () => {
    const all = await Promise.all(
      upTo(20).map(async (reader) => {
        const seen: number[] = [];
        // Each at another pace, so that they are at different places.
        for (let after = 0; after < COMMITS;) {
          const { commits, through } = await log.read({ after, limit: 40 * reader });
          seen.push(...sequencesOf(commits));
          after = through;
        }
        return seen;
      }),
    );
    for (const seen of all) expect(seen).toEqual(upTo(COMMITS));
    await until('consumers are let go', async () => (await consumers()) <= 9, 30_000);
  });

  it.each([700, 1_000])(
    'by a slow reader, for whom the next batch waits, gives the whole log (%i at a time)',
    async (limit) => {
      const seen: number[] = [];
      for (let after = 0; after < COMMITS;) {
        const { commits, through } = await log.read({ after, limit });
        expect(through, 'a batch before the head is not empty').toBeGreaterThan(after);
        seen.push(...sequencesOf(commits));
        after = through;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect(seen).toEqual(upTo(COMMITS));
    },
  );

  it('goes on after the server was restarted, and while it is restarted', async () => {
    const reading = (async () => {
      const seen: number[] = [];
      for (let after = 0; after < COMMITS;) {
        const { commits, through } = await log.read({ after, limit: 20 });
        seen.push(...sequencesOf(commits));
        after = through;
      }
      return seen;
    })();
    await server.kill();
    await server.restart();
    expect(await reading).toEqual(upTo(COMMITS));
  });

  it('sees at once what other processes have appended', async () => {
    const other = await openJetStreamLog(server);
    for (let n = 0; n < 20; n += 1) {
      const result = await other.log.append(newCommit());
      const after = 'sequence' in result ? result.sequence - 1 : 0;
      expect((await log.read({ after })).commits).toHaveLength(1);
      expect(await log.head()).toBe(after + 1);
    }
    await other.close();
  });
});

it('is read in batches that fit in memory', async () => {
  const server = await startNatsServer({ store: 'memory' });
  const { log, reopen, close } = await openJetStreamLog(server, PATIENT);
  const large = () => newCommit({ data: 'x'.repeat(COMMIT_BYTES_MAX - 1_000) });
  await Promise.all(upTo(100).map(() => log.append(large())));
  const again = await reopen();
  for (let round = 0; round < 2; round += 1) {
    const { commits } = await again.read({ after: 0, limit: BATCH_COMMITS_MAX });
    expect(commits.length).toBeGreaterThan(10);
    expect(commits.length).toBeLessThan(50);
    expect(await readAll(again)).toHaveLength(100);
  }
  await close();
  await server.stop();
});
