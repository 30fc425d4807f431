// Goal: a database that has gone back (a crash, a failover, a restored copy) gets every event again that it has lost.
// Method: the real projector on PostgreSQL, whose rows and checkpoints are put back to an earlier moment under its feet.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { useDatabases } from '#test/support/database-place.js';
import { openProjectorHost, type ProjectorHost } from '#test/support/projector-host.js';
import { until } from '#test/support/waits.js';

useDatabases('postgres');

const REACHED_MS_MAX = 30_000;
let host: ProjectorHost;
beforeEach(async () => {
  host = await openProjectorHost();
});
afterEach(() => host.cleanup());

const goBack = () =>
  host.sql(`UPDATE totals SET total = 1, sequence = 1; DELETE FROM entries WHERE id > 1;
    UPDATE projections SET sequence = 1`);
const sumOf = async (rows: (table: string) => Promise<readonly object[]>) => ({
  totals: (await rows('totals')).map((row) => (row as { total: number }).total),
  entries: (await rows('entries')).map((row) => (row as { n: number }).n),
});

it('is brought forward again by the next event, without loss or repetition', async () => {
  const { projector, rows } = await host.start();
  for (const n of [1, 2, 3]) await host.tell({ key: 'a', n });
  await projector.reached(3, REACHED_MS_MAX);
  await goBack();
  await host.tell({ key: 'a', n: 4 });
  await until('all of it', async () => (await rows('entries')).length === 4, REACHED_MS_MAX);
  expect(await sumOf(rows)).toEqual({ totals: [10], entries: [1, 2, 3, 4] });
  await host.tell({ key: 'a', n: 5 });
  expect(await projector.reached(5, REACHED_MS_MAX)).toBe(true);
  expect(await sumOf(rows)).toEqual({ totals: [15], entries: [1, 2, 3, 4, 5] });
});

it('is brought forward by the next start', async () => {
  const first = await host.start();
  for (const n of [1, 2, 3]) await host.tell({ key: 'a', n });
  await first.projector.reached(3, REACHED_MS_MAX);
  await first.stop();
  await goBack();
  const second = await host.start();
  expect(await sumOf(second.rows)).toEqual({ totals: [6], entries: [1, 2, 3] });
});
