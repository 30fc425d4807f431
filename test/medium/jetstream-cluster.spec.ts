// Goal: three servers are one log: each of them may be killed, and nothing acknowledged is lost or doubled.
// Method: a cluster of the newest server with three copies of the stream, whose leader is killed under writers.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { JetStreamEventLog } from '#shared/adapters/jetstream-event-log.js';
import { NatsLink } from '#shared/adapters/nats-connection.js';
import { LogUnavailableError } from '#shared/es/event-log.js';
import { newCommit, readAll, sequencesOf, streamNamed, upTo } from '#test/support/commits.js';
import { following } from '#test/support/following.js';
import { askServer, failureOf, PATIENT } from '#test/support/jetstream-log.js';
import { type NatsServer, newNatsUser, startNatsServer } from '#test/support/nats-server.js';
import { until } from '#test/support/waits.js';
import { freePort } from '#test/support/free-port.js';

const WRITERS = 8;
const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 1);
const user = newNatsUser();

let servers: NatsServer[] = [];
let folder: string;
let link: NatsLink;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sortie-nats-cluster-'));
  const ports = await Promise.all(upTo(3).map(freePort));
  const routes = ports.map((port) => `nats://127.0.0.1:${port}`);
  servers = await Promise.all(
    ports.map((port, i) => {
      const cluster = { name: 'sortie', serverName: `nats-${i}`, host: '127.0.0.1', port, routes };
      const users = [{ nkey: user.nkey, publish: ['>'], subscribe: ['>'] }];
      return startNatsServer({ config: { cluster, sync: 'server-default' }, users });
    }),
  );
  link = await NatsLink.connect({
    servers: servers.map(({ url }) => url),
    nkeySeed: user.seed,
    name: 'test',
    inboxPrefix: '_INBOX.test',
  });
});
afterAll(async () => {
  await link?.close();
  await Promise.all(servers.map((server) => server.stop()));
  await rm(folder, { recursive: true });
});

/** The server that leads the stream. */
async function leader(): Promise<NatsServer> {
  const living = servers.find(({ pid }) => pid() > 0) as NatsServer;
  const asked = await askServer<{ cluster: { leader: string } }>(
    { ...living, seed: user.seed },
    'STREAM.INFO.SORTIE',
  );
  const index = Number(asked.cluster.leader.split('-')[1]);
  return servers[index] as NatsServer;
}

it('refuses one copy on servers that flush lazily, and takes three', async () => {
  const single = await failureOf(
    JetStreamEventLog.open({ connection: link, replicas: 1, ...PATIENT }),
  );
  expect(single.message).toContain('its sync_interval is not "always"');
  const log = await JetStreamEventLog.open({ connection: link, replicas: 3, ...PATIENT });
  expect(await log.append(newCommit())).toEqual({ kind: 'appended', sequence: 1 });
  await log.close();
});

it('keeps each acknowledged commit once, in order, while its leader is killed', async () => {
  const log = await JetStreamEventLog.open({ connection: link, replicas: 3, ...PATIENT });
  const follower = following(log, { after: 0 });
  const acknowledged = new Map<string, number>();
  let isOver = false;
  const write = async (writer: number): Promise<void> => {
    const stream = streamNamed(`writer-${writer}`);
    let expectedVersion = 0;
    let commit = newCommit({ stream, expectedVersion });
    while (!isOver) {
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
  };
  const writers = upTo(WRITERS).map(write);
  for (let round = 0; round < ROUNDS; round += 1) {
    const goesOn = (): (() => boolean) => {
      const before = acknowledged.size;
      return () => acknowledged.size > before + 100;
    };
    await until('appends go on', goesOn(), 30_000);
    const killed = await leader();
    await killed.kill();
    await until('appends go on without it', goesOn(), 30_000);
    await killed.restart();
  }
  isOver = true;
  await Promise.all(writers);
  const commits = await readAll(log);
  expect(sequencesOf(commits)).toEqual(upTo(commits.length));
  const stored = new Map(commits.map(({ commandId, sequence }) => [commandId, sequence]));
  expect(stored.size).toBe(commits.length);
  const lost = [...acknowledged].filter(([id, sequence]) => stored.get(id) !== sequence);
  expect(lost).toEqual([]);
  await until('the follower', () => follower.commits.length === commits.length, 30_000);
  expect(sequencesOf(follower.commits)).toEqual(upTo(commits.length));
  await follower.stop();
  await log.close();
});
