import { describe, expect, it } from 'vitest';
import { BATCH_COMMITS_MAX, type EventLog } from '#shared/es/event-log.js';
import { fill, newCommit, readAll, sequencesOf, streamNamed } from '#test/support/commits.js';

/** What every event log promises to those who read a stretch of it. */
export function readingContract(name: string, logOf: () => EventLog): void {
  describe(`${name}: reading`, () => {
    it('of an empty log finds nothing at 0', async () => {
      expect(await logOf().read({ after: 0 })).toEqual({ commits: [], through: 0 });
      expect(await logOf().head()).toBe(0);
    });

    it(`gives at most ${BATCH_COMMITS_MAX} commits at a time, and no fewer than there are`, async () => {
      await fill(logOf(), BATCH_COMMITS_MAX + 1);
      const first = await logOf().read({ after: 0, limit: 10 * BATCH_COMMITS_MAX });
      expect(first.commits).toHaveLength(BATCH_COMMITS_MAX);
      const { through } = await logOf().read({ after: first.through });
      expect(through).toBe(BATCH_COMMITS_MAX + 1);
    });

    it('goes on after any place', async () => {
      await fill(logOf(), 30);
      const { commits, through } = await logOf().read({ after: 10, limit: 7 });
      expect(sequencesOf(commits)).toEqual([11, 12, 13, 14, 15, 16, 17]);
      expect(through).toBe(17);
    });

    it('at the head, and past it, finds nothing and stays where it was', async () => {
      await fill(logOf(), 3);
      expect(await logOf().read({ after: 3 })).toEqual({ commits: [], through: 3 });
      expect(await logOf().read({ after: 9 })).toEqual({ commits: [], through: 9 });
    });

    it('leaves out other services, but tells how far it looked', async () => {
      for (const service of ['catalog', 'session', 'session', 'catalog', 'sessionx']) {
        await logOf().append(
          newCommit({ stream: streamNamed('a', service), expectedVersion: 'any' }),
        );
      }
      const read = (services: string[], limit: number) =>
        logOf().read({ after: 0, services, limit });
      const session = await read(['session'], 10);
      expect([sequencesOf(session.commits), session.through]).toEqual([[2, 3], 5]);
      const none = await read(['identity'], 2);
      expect(none).toEqual({ commits: [], through: 2 });
      const two = await read(['catalog', 'session'], 10);
      expect(sequencesOf(two.commits)).toEqual([1, 2, 3, 4]);
    });

    it('reads old commits the same as new ones', async () => {
      const ids = await fill(logOf(), 3_000);
      expect((await readAll(logOf())).map(({ commandId }) => commandId)).toEqual(ids);
    });

    it('gives everything to a reader that takes its time between two batches', async () => {
      const ids = await fill(logOf(), 4_500);
      const read: string[] = [];
      for (let after = 0; after < ids.length;) {
        const { commits, through } = await logOf().read({ after });
        expect(through, `after ${after}`).toBeGreaterThan(after);
        read.push(...commits.map(({ commandId }) => commandId));
        after = through;
        // Longer than any reading ahead takes.
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect(read).toEqual(ids);
    });

    it("finds a stream's last commit", async () => {
      const stream = streamNamed('a');
      expect(await logOf().last(stream)).toBeUndefined();
      await logOf().append(newCommit({ stream, data: 1 }));
      await logOf().append(newCommit({ stream: streamNamed('ab') }));
      await logOf().append(newCommit({ stream, data: 2, expectedVersion: 1 }));
      expect(await logOf().last(stream)).toMatchObject({ sequence: 3, events: [{ data: 2 }] });
    });
  });
}
