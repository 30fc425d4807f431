// Goal: a server is exchanged for a newer one under running processes, and the log goes on where it was.
// Method: the oldest server that Sortie takes, then the newest one on the same store and port.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fill, newCommit, readAll, sequencesOf, upTo } from '#test/support/commits.js';
import { following } from '#test/support/following.js';
import { openJetStreamLog, PATIENT } from '#test/support/jetstream-log.js';
import { newNatsUser, startNatsServer } from '#test/support/nats-server.js';
import { until } from '#test/support/waits.js';

it('an upgrade of the server keeps the log, and those who follow it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-nats-upgrade-'));
  const { nkey, seed } = newNatsUser();
  const users = [{ nkey, publish: ['>'], subscribe: ['>'] }];
  const oldest = await startNatsServer({ version: 'oldest', folder, users });
  const { log, close, reopen } = await openJetStreamLog({ ...oldest, seed }, PATIENT);
  const follower = following(log, { after: 0 });
  const [first] = await fill(log, 1_200);
  await oldest.kill('SIGTERM');
  const meanwhile = log.append(newCommit());
  const { port } = oldest;
  const newest = await startNatsServer({ version: 'newest', folder, users, port });
  expect(await meanwhile).toMatchObject({ kind: 'appended', sequence: 1_201 });
  await fill(log, 100);
  await until('the follower', () => follower.commits.length === 1_301, 30_000);
  expect(sequencesOf(follower.commits)).toEqual(upTo(1_301));
  await follower.stop();
  const again = await reopen();
  expect(again.id).toBe(log.id);
  const commits = await readAll(again);
  expect([commits.length, commits[0]?.commandId]).toEqual([1_301, first]);
  await close();
  await newest.stop();
  await rm(folder, { recursive: true });
});
