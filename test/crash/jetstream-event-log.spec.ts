// Goal: a nats-server that is killed at any moment loses no append that it acknowledged and doubles none, and those who
// follow see each commit once, in order.
// Method: two processes' worth of logs with 16 writers each and two followers, on a server that gets SIGKILL at random
// moments and is started again on its files. Repeat a failure with CRASH_SEED; CRASH_ROUNDS runs it longer.
import { afterEach, describe, expect, it } from 'vitest';
import type { JetStreamEventLog } from '#shared/adapters/jetstream-event-log.js';
import { LogUnavailableError } from '#shared/es/event-log.js';
import { newCommit, readAll, sequencesOf, streamNamed, upTo } from '#test/support/commits.js';
import { following } from '#test/support/following.js';
import { openJetStreamLog } from '#test/support/jetstream-log.js';
import { NATS_VERSIONS, type NatsServer, startNatsServer } from '#test/support/nats-server.js';
import { seededRandom } from '#test/support/random.js';
import { until } from '#test/support/waits.js';

const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 6);
const WRITERS = 16;
const ALIVE_MS_MAX = 600;
const DOWN_MS_MAX = 200;
const ARRIVAL_MS_MAX = 30_000;

const seed = Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Appends to a stream of its own until told to stop; what is not known to be written is sent again, as it was. */
async function write(
  log: JetStreamEventLog,
  stream: string,
  acknowledged: Map<string, number>,
  isOver: () => boolean,
): Promise<void> {
  let expectedVersion = 0;
  let commit = newCommit({ stream, expectedVersion });
  while (!isOver()) {
    try {
      const result = await log.append(commit);
      if (result.kind === 'conflict') throw new Error(`${stream} has one writer only`);
      acknowledged.set(commit.commandId, result.sequence);
      expectedVersion = result.sequence;
      commit = newCommit({ stream, expectedVersion });
    } catch (error) {
      if (!(error instanceof LogUnavailableError)) throw error;
    }
  }
}

describe.each(NATS_VERSIONS)('the %s nats-server', (version) => {
  let server: NatsServer;
  afterEach(() => server.stop());

  it(`killed ${ROUNDS} times under ${2 * WRITERS} writers, has each acknowledged append once (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    server = await startNatsServer({ version });
    const opened = [await openJetStreamLog(server), await openJetStreamLog(server)];
    const acknowledged = new Map<string, number>();
    let isOver = false;
    const followers = opened.map(({ log }) => following(log, { after: 0 }));
    const writers = opened.flatMap(({ log }, process) =>
      upTo(WRITERS).map((writer) =>
        write(log, streamNamed(`writer-${process}-${writer}`), acknowledged, () => isOver),
      ),
    );
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = acknowledged.size;
      await until('appends go on', () => acknowledged.size > before + WRITERS, ARRIVAL_MS_MAX);
      await pause(random() * ALIVE_MS_MAX);
      await server.kill('SIGKILL');
      await pause(random() * DOWN_MS_MAX);
      await server.restart();
    }
    isOver = true;
    await Promise.all(writers);
    const again = await openJetStreamLog(server);
    const commits = await readAll(again.log);
    const stored = new Map(commits.map(({ commandId, sequence }) => [commandId, sequence]));
    expect(sequencesOf(commits)).toEqual(upTo(commits.length));
    expect(stored.size, 'no command is there twice').toBe(commits.length);
    const lost = [...acknowledged].filter(([id, sequence]) => stored.get(id) !== sequence);
    expect(lost).toEqual([]);
    // At most the last append of each writer may be there without its having been told.
    expect(commits.length - acknowledged.size).toBeLessThanOrEqual(2 * WRITERS);
    expect(acknowledged.size).toBeGreaterThan(ROUNDS * WRITERS);
    for (const { commits: seen, stop } of followers) {
      await until('a follower', () => seen.length === commits.length, ARRIVAL_MS_MAX);
      expect(sequencesOf(seen)).toEqual(upTo(commits.length));
      await stop();
    }
    for (const { close } of [...opened, again]) await close();
  });
});
