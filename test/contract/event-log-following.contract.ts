import { describe, expect, it } from 'vitest';
import { BATCH_COMMITS_MAX, type EventLog } from '#shared/es/event-log.js';
import { fill, newCommit, sequencesOf, streamNamed, upTo } from '#test/support/commits.js';
import { following } from '#test/support/following.js';
import { until } from '#test/support/waits.js';

/** What every event log promises to those who follow it. */
export function followingContract(name: string, logOf: () => EventLog): void {
  describe(`${name}: following`, () => {
    it('catches up, then goes on live, without gap or repetition under concurrent writers', async () => {
      const log = logOf();
      await fill(log, 1_500);
      const follower = following(log, { after: 0 });
      await Promise.all(
        upTo(8).map(async () => {
          for (let i = 0; i < 25; i += 1) await log.append(newCommit());
        }),
      );
      await until('the follower', () => follower.commits.length >= 1_700);
      expect(sequencesOf(follower.commits)).toEqual(upTo(1_700));
      await follower.stop();
    });

    it('from the head hears only what is new', async () => {
      const log = logOf();
      await fill(log, 5);
      const follower = following(log, { after: await log.head() });
      await fill(log, 2);
      await until('the follower', () => follower.commits.length === 2);
      expect(sequencesOf(follower.commits)).toEqual([6, 7]);
      await follower.stop();
    });

    it('gives a slow reader everything, a batch at a time', async () => {
      const log = logOf();
      const seen: number[] = [];
      const ending = new AbortController();
      await fill(log, 10);
      for await (const { commits } of log.follow({ after: 0 }, ending.signal)) {
        expect(commits.length).toBeLessThanOrEqual(BATCH_COMMITS_MAX);
        seen.push(...sequencesOf(commits));
        if (seen.length < 5_000) await fill(log, 1_000);
        else ending.abort();
      }
      expect(seen).toEqual(upTo(seen.length));
      expect(seen.length).toBeGreaterThanOrEqual(5_000);
    });

    it('passes over other services without losing its place', async () => {
      const log = logOf();
      const follower = following(log, { after: 0, services: ['session'] });
      await fill(log, 1_200);
      await log.append(newCommit({ stream: streamNamed('s', 'session') }));
      await until('the follower', () => follower.commits.length === 1);
      expect(sequencesOf(follower.commits)).toEqual([1_201]);
      expect(follower.throughs).toEqual([...new Set(follower.throughs)].toSorted((a, b) => a - b));
      await follower.stop();
    });

    it('ends at once when it waits and the signal aborts', async () => {
      const follower = following(logOf(), { after: 0 });
      const started = performance.now();
      await follower.stop();
      // One that waits for the next commit would never end: there is none.
      expect(performance.now() - started).toBeLessThan(20_000);
    });

    it('ends during a catch-up when the signal aborts', async () => {
      const log = logOf();
      await fill(log, 4_000);
      const ending = new AbortController();
      let batches = 0;
      for await (const _batch of log.follow({ after: 0 }, ending.signal)) {
        batches += 1;
        ending.abort();
      }
      expect(batches).toBe(1);
    });

    it('gives nothing when the signal has aborted before', async () => {
      await fill(logOf(), 3);
      const batches = [];
      for await (const batch of logOf().follow({ after: 0 }, AbortSignal.abort()))
        batches.push(batch);
      expect(batches).toEqual([]);
    });

    it('gives fifty followers the same', async () => {
      const log = logOf();
      const followers = upTo(50).map(() => following(log, { after: 0 }));
      await fill(log, 300);
      await until('every follower', () => followers.every((f) => f.commits.length === 300));
      for (const { commits } of followers) expect(sequencesOf(commits)).toEqual(upTo(300));
      await Promise.all(followers.map((follower) => follower.stop()));
    });

    it('lets other work run during a long catch-up', async () => {
      const log = logOf();
      await fill(log, 20_000);
      let ticks = 0;
      const timer = setInterval(() => (ticks += 1), 1);
      const follower = following(log, { after: 0 });
      await until('the follower', () => follower.commits.length === 20_000);
      clearInterval(timer);
      expect(ticks).toBeGreaterThanOrEqual(1);
      await follower.stop();
    });
  });
}
