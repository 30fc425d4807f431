// Goal: what the trail's tree is over is the same, byte for byte, whichever log it is read from, and however.
// Method: random commits, with every kind of text that people can get into a field, appended to a log in memory, one in
// a SQLite file and one on a real nats-server; each is read, followed, and read again by a process that has just started.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MemoryEventLog } from '#shared/adapters/memory-event-log.js';
import { leafText } from '#shared/es/commit-leaf.js';
import type { Commit, NewCommit } from '#shared/es/commit.js';
import type { EventLog } from '#shared/es/event-log.js';
import { readAll } from '#test/support/commits.js';
import { openJetStreamLog } from '#test/support/jetstream-log.js';
import { openLogFile } from '#test/support/log-file.js';
import { startNatsServer } from '#test/support/nats-server.js';
import { randomCommits } from '#test/support/random-events.js';

const COMMITS = 200;

const leavesOf = (commits: readonly Commit[]) => commits.map(leafText);

async function followed(log: EventLog, count: number): Promise<string[]> {
  const stop = new AbortController();
  const leaves: string[] = [];
  for await (const { commits } of log.follow({ after: 0 }, stop.signal)) {
    leaves.push(...leavesOf(commits));
    if (leaves.length >= count) stop.abort();
  }
  return leaves;
}

/** Every way to get at what was appended. */
async function readings(log: EventLog, reopened: () => Promise<EventLog>, commits: NewCommit[]) {
  for (const commit of commits) await log.append(commit);
  const live = await followed(log, commits.length);
  const read = leavesOf(await readAll(log));
  return [live, read, leavesOf(await readAll(await reopened()))];
}

it('leaves are the bytes of what was appended, from every log', async () => {
  const server = await startNatsServer();
  try {
    const property = fc.asyncProperty(randomCommits(COMMITS), async (commits) => {
      const appended = commits.map(({ stream, commandId, events }, i) =>
        leafText({ sequence: i + 1, stream, commandId, events }),
      );
      const memory = new MemoryEventLog();
      const file = await openLogFile();
      const stream = await openJetStreamLog(server);
      const all = [
        ...(await readings(memory, async () => memory, commits)),
        ...(await readings(file.log, file.reopen, commits)),
        ...(await readings(stream.log, stream.reopen, commits)),
      ];
      for (const leaves of all) expect(leaves).toEqual(appended);
      for (const leaf of appended) {
        expect(leaf).not.toContain('\n');
        // As bytes and back: nothing in it is half of a character.
        expect(Buffer.from(leaf).toString()).toBe(leaf);
      }
      await file.cleanup();
      await stream.cleanup();
    });
    await fc.assert(property, { numRuns: 4 });
  } finally {
    await server.stop();
  }
});
