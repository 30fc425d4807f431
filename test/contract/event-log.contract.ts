import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  COMMIT_BYTES_MAX,
  COMMIT_EVENTS_MAX,
  CommitTooLargeError,
  type EventLog,
  LogUnavailableError,
} from '#shared/es/event-log.js';
import { fill, newCommit, readAll, sequencesOf, streamNamed, upTo } from '#test/support/commits.js';
import { following } from '#test/support/following.js';
import { until } from '#test/support/waits.js';
import { followingContract } from './event-log-following.contract.js';
import { readingContract } from './event-log-reading.contract.js';

export type OpenedLog = {
  log: EventLog;
  /** Closes the log and opens it again on the same storage. */
  reopen: () => Promise<EventLog>;
  cleanup: () => Promise<void>;
};

const WRITERS = 50;

/** What every event log promises; run on each adapter. */
export function eventLogContract(
  name: string,
  open: () => Promise<OpenedLog | Omit<OpenedLog, 'reopen'>>,
): void {
  let opened: Awaited<ReturnType<typeof open>>;
  let log: EventLog;
  beforeEach(async () => {
    opened = await open();
    log = opened.log;
  });
  afterEach(() => opened.cleanup());

  describe(`${name}: appending`, () => {
    it('numbers commits from 1 without a gap, in the order they were appended', async () => {
      const ids = await fill(log, 600);
      const commits = await readAll(log);
      expect(sequencesOf(commits)).toEqual(upTo(600));
      expect(commits.map(({ commandId }) => commandId)).toEqual(ids);
      expect(await log.head()).toBe(600);
    });

    it('gives back what was appended', async () => {
      const commit = newCommit({
        count: 3,
        data: { text: 'ä\u2028\ud83d\ude00', list: [1, null] },
      });
      const { expectedVersion: _, ...stored } = commit;
      await log.append(commit);
      expect(await readAll(log)).toEqual([{ sequence: 1, ...stored }]);
    });

    it('keeps what was appended, whatever becomes of the objects', async () => {
      const data = { n: 1, unset: undefined, at: new Date(0) };
      await log.append(newCommit({ data }));
      data.n = 2;
      const [commit] = await readAll(log);
      const kept = commit?.events[0]?.data as object;
      expect(kept).toEqual({ n: 1, at: '1970-01-01T00:00:00.000Z' });
      expect(Object.keys(kept)).toEqual(['n', 'at']);
    });

    it('refuses a version that the stream has left, or has not reached', async () => {
      const stream = streamNamed('a');
      await log.append(newCommit({ stream }));
      const at = (expectedVersion: number) => log.append(newCommit({ stream, expectedVersion }));
      expect(await at(0)).toEqual({ kind: 'conflict', version: 1 });
      expect(await at(2)).toEqual({ kind: 'conflict', version: 1 });
      expect(await at(1)).toEqual({ kind: 'appended', sequence: 2 });
      expect(await log.head()).toBe(2);
    });

    it('tells a stream without commits by version 0', async () => {
      expect(await log.append(newCommit({ expectedVersion: 7 }))).toEqual({
        kind: 'conflict',
        version: 0,
      });
    });

    it('takes a version from the sequence of the last commit, not from the count', async () => {
      const stream = streamNamed('a');
      await fill(log, 4);
      await log.append(newCommit({ stream }));
      expect(await log.append(newCommit({ stream, expectedVersion: 5 }))).toMatchObject({
        kind: 'appended',
      });
    });

    it(`lets exactly one of ${WRITERS} writers win each version`, async () => {
      const stream = streamNamed('contended');
      let version = 0;
      for (let round = 0; round < 5; round += 1) {
        const results = await Promise.all(
          upTo(WRITERS).map(() => log.append(newCommit({ stream, expectedVersion: version }))),
        );
        const won = results.flatMap((r) => (r.kind === 'appended' ? [r.sequence] : []));
        expect(won).toHaveLength(1);
        version = won[0] ?? 0;
        const lost = results.filter((r) => r.kind === 'conflict');
        expect(lost).toEqual(Array(WRITERS - 1).fill({ kind: 'conflict', version }));
      }
      expect(await log.head()).toBe(5);
    });

    it(`takes ${WRITERS} writers that expect any version`, async () => {
      const stream = streamNamed('shared');
      await Promise.all(
        upTo(WRITERS).map(() => log.append(newCommit({ stream, expectedVersion: 'any' }))),
      );
      expect(sequencesOf(await readAll(log))).toEqual(upTo(WRITERS));
    });
  });

  describe(`${name}: a command that comes twice`, () => {
    it('is stored once on the same stream', async () => {
      const commit = newCommit();
      await log.append(commit);
      expect(await log.append(commit)).toEqual({ kind: 'duplicate', sequence: 1 });
      expect(await log.head()).toBe(1);
    });

    it('is stored once, also when it comes with another stream', async () => {
      const commit = newCommit();
      await log.append(commit);
      const elsewhere = { ...commit, stream: streamNamed('elsewhere') };
      expect(await log.append(elsewhere)).toEqual({ kind: 'duplicate', sequence: 1 });
      expect(await log.last(elsewhere.stream)).toBeUndefined();
    });

    it('is a duplicate before it is a conflict', async () => {
      const commit = newCommit();
      await log.append(commit);
      await log.append(newCommit({ stream: commit.stream, expectedVersion: 1 }));
      expect(await log.append(commit)).toEqual({ kind: 'duplicate', sequence: 1 });
    });

    it('is stored once when it comes concurrently', async () => {
      const commit = newCommit();
      const results = await Promise.all(upTo(WRITERS).map(() => log.append(commit)));
      expect(results.filter(({ kind }) => kind === 'appended')).toHaveLength(1);
      expect(results.filter(({ kind }) => kind === 'duplicate')).toHaveLength(WRITERS - 1);
      expect(results.every((r) => r.kind !== 'conflict' && r.sequence === 1)).toBe(true);
    });
  });

  describe(`${name}: the limits`, () => {
    const expectUntouched = async (commit: Parameters<EventLog['append']>[0], error: unknown) => {
      await expect(log.append(commit)).rejects.toThrow(error as never);
      expect(await log.head()).toBe(0);
    };

    it('admit a commit of the most events and refuse one more', async () => {
      await expectUntouched(newCommit({ count: COMMIT_EVENTS_MAX + 1 }), CommitTooLargeError);
      const result = await log.append(newCommit({ count: COMMIT_EVENTS_MAX }));
      expect(result.kind).toBe('appended');
    });

    it('count bytes, not characters', async () => {
      const bytes = (count: number) => newCommit({ data: 'ä'.repeat(count / 2) });
      await expectUntouched(bytes(COMMIT_BYTES_MAX), CommitTooLargeError);
      expect((await log.append(bytes(COMMIT_BYTES_MAX - 1_000))).kind).toBe('appended');
    });

    it.each([
      '',
      'app',
      'sortie.event.catalog.app',
      'sortie.event.catalog.app.a.b',
      'sortie.event.catalog.app.>',
      `sortie.event.catalog.app.${'x'.repeat(65)}`,
    ])('refuse the stream name "%s"', (stream) =>
      expectUntouched(newCommit({ stream }), RangeError),
    );

    it('refuse a commit without events', () =>
      expectUntouched(newCommit({ count: 0 }), RangeError));

    it('fail the commit alone, not its neighbours', async () => {
      const results = await Promise.allSettled([
        log.append(newCommit()),
        log.append(newCommit({ count: COMMIT_EVENTS_MAX + 1 })),
        log.append(newCommit()),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await log.head()).toBe(2);
    });
  });

  readingContract(name, () => log);
  followingContract(name, () => log);

  describe(`${name}: a closed log`, () => {
    it('says that it is closed', async () => {
      await log.append(newCommit());
      await log.close();
      for (const use of [
        () => log.append(newCommit()),
        () => log.read({ after: 0 }),
        () => log.head(),
        () => log.last(streamNamed('a')),
      ]) {
        await expect(use()).rejects.toThrow(LogUnavailableError);
      }
    });

    it('takes close twice', async () => {
      await log.close();
      await expect(log.close()).resolves.toBeUndefined();
    });

    it('has written what it took before', async () => {
      const appends = upTo(WRITERS).map(() => log.append(newCommit()));
      const closing = log.close();
      const late = log.append(newCommit());
      await expect(late).rejects.toThrow(LogUnavailableError);
      const results = await Promise.all(appends);
      await closing;
      expect(results.every(({ kind }) => kind === 'appended')).toBe(true);
    });

    it('ends those who wait for news of it', async () => {
      const follower = following(log, { after: 0 });
      await fill(log, 1);
      await until('the follower', () => follower.commits.length === 1);
      await log.close();
      await expect(follower.ended).rejects.toThrow(LogUnavailableError);
    });
  });
}

/** What a log promises whose commits outlive the process. */
export function durableLogContract(name: string, open: () => Promise<OpenedLog>): void {
  describe(`${name}: opened again`, () => {
    it('has every commit, byte for byte, and goes on where it was', async () => {
      const { log, reopen, cleanup } = await open();
      const live = following(log, { after: 0 });
      await log.append(newCommit({ count: 3, data: { text: 'ä', unset: undefined } }));
      await fill(log, 300);
      await until('the follower', () => live.commits.length === 301);
      await live.stop();
      const again = await reopen();
      expect(JSON.stringify(await readAll(again))).toBe(JSON.stringify(live.commits));
      expect(await again.head()).toBe(301);
      expect(await again.append(newCommit())).toEqual({ kind: 'appended', sequence: 302 });
      await cleanup();
    });

    it('knows commands and versions from before', async () => {
      const { log, reopen, cleanup } = await open();
      const commit = newCommit();
      await log.append(commit);
      const again = await reopen();
      expect(await again.append(commit)).toEqual({ kind: 'duplicate', sequence: 1 });
      const late = newCommit({ stream: commit.stream });
      expect(await again.append(late)).toEqual({ kind: 'conflict', version: 1 });
      await cleanup();
    });
  });
}
