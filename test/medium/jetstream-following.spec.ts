// Goal: those who follow the log see every commit once, in order, whatever happens to connection, consumer and server.
// Method: several followers behind a proxy that cuts and freezes, while others write past it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fill, newCommit, sequencesOf, streamNamed, upTo } from '#test/support/commits.js';
import { type FaultProxy, openFaultProxy } from '#test/support/fault-proxy.js';
import { following } from '#test/support/following.js';
import { askServer, openJetStreamLog, PATIENT } from '#test/support/jetstream-log.js';
import { NATS_VERSIONS, type NatsServer, startNatsServer } from '#test/support/nats-server.js';
import { until } from '#test/support/waits.js';

const ARRIVAL_MS_MAX = 30_000;

describe.each(NATS_VERSIONS)('followers on the %s server', (version) => {
  let server: NatsServer;
  let proxy: FaultProxy;
  let writer: Awaited<ReturnType<typeof openJetStreamLog>>;
  let reader: Awaited<ReturnType<typeof openJetStreamLog>>;
  beforeEach(async () => {
    server = await startNatsServer({ version, store: 'memory' });
    proxy = await openFaultProxy(server.url);
    writer = await openJetStreamLog(server, PATIENT);
    const servers = `nats://localhost:${new URL(proxy.url).port}`;
    reader = await openJetStreamLog(server, PATIENT, { servers });
  });
  afterEach(async () => {
    await reader.close();
    await writer.close();
    await proxy.close();
    await server.stop();
  });

  /** Three that begin at different places, one of which hears one service only. */
  const start = () => [
    following(reader.log, { after: 0 }),
    following(reader.log, { after: 100 }),
    following(reader.log, { after: 0, services: ['session'] }),
  ];
  const expectEach = async (followers: ReturnType<typeof start>) => {
    const session = newCommit({ stream: streamNamed('end', 'session'), expectedVersion: 'any' });
    const last = await writer.log.append(session);
    const end = 'sequence' in last ? last.sequence : 0;
    const hasAll = (): boolean => followers.every(({ throughs }) => throughs.at(-1) === end);
    await until('every follower is there', hasAll, ARRIVAL_MS_MAX);
    const seen = followers.map(({ commits }) => sequencesOf(commits));
    expect(seen).toEqual([upTo(end), upTo(end).slice(100), [end]]);
    await Promise.all(followers.map((follower) => follower.stop()));
  };

  it('see each commit once while their connection is cut and frozen', async () => {
    await fill(writer.log, 200);
    const followers = start();
    let isOver = false;
    const writing = (async () => {
      while (!isOver) await fill(writer.log, 20);
    })();
    for (const fault of ['cut', 'answers', 'cut', 'all'] as const) {
      const before = followers[0]?.commits.length ?? 0;
      const goesOn = (): boolean => (followers[0]?.commits.length ?? 0) > before + 100;
      await until('the followers go on', goesOn, ARRIVAL_MS_MAX);
      if (fault !== 'cut') proxy.freeze(fault);
      await new Promise((resolve) => setTimeout(resolve, 100));
      proxy.cut();
      await fill(writer.log, 50);
      proxy.mend();
    }
    isOver = true;
    await writing;
    await expectEach(followers);
  });

  it('go on when their consumer is deleted, and when the server has restarted', async () => {
    await fill(writer.log, 200);
    const followers = start();
    const names = async () =>
      (await askServer<{ consumers: string[] | null }>(server, 'CONSUMER.NAMES.SORTIE')).consumers;
    const before = await until(
      'consumers',
      async () => (await names()) ?? undefined,
      ARRIVAL_MS_MAX,
    );
    for (const name of before) await askServer(server, `CONSUMER.DELETE.SORTIE.${name}`);
    await fill(writer.log, 100);
    const hasMore = (): boolean => followers[0]?.throughs.at(-1) === 300;
    await until('they go on, over the same connection', hasMore, ARRIVAL_MS_MAX);
    await server.restart();
    await fill(writer.log, 100);
    await server.kill();
    await server.restart();
    await fill(writer.log, 100);
    await expectEach(followers);
  });

  it('leave one consumer a process on the server, however many they are', async () => {
    await fill(writer.log, 200);
    const followers = upTo(30).map(() => following(reader.log, { after: 150 }));
    await fill(writer.log, 10);
    const isThere = (): boolean => followers.every(({ commits }) => commits.length === 60);
    await until('all are there', isThere, ARRIVAL_MS_MAX);
    const has = (count: number) => async (): Promise<boolean> => {
      const asked = askServer<{ state: { consumer_count: number } }>(server, 'STREAM.INFO.SORTIE');
      return (await asked).state.consumer_count === count;
    };
    await until('each process has one', has(2), ARRIVAL_MS_MAX);
    await Promise.all(followers.map((follower) => follower.stop()));
    await reader.log.close();
    const isAlone = await until('a closed log takes its consumer along', has(1), ARRIVAL_MS_MAX);
    expect(isAlone).toBe(true);
  });
});

it('a follower behind a silent network goes on once it is back, for the dead connection is given up', async () => {
  const server = await startNatsServer({ store: 'memory' });
  const proxy = await openFaultProxy(server.url);
  const writer = await openJetStreamLog(server, PATIENT);
  const servers = `nats://localhost:${new URL(proxy.url).port}`;
  const reader = await openJetStreamLog(server, PATIENT, { servers });
  const follower = following(reader.log, { after: 0 });
  await fill(writer.log, 5);
  await until('the follower', () => follower.commits.length === 5, ARRIVAL_MS_MAX);
  proxy.freeze('all');
  await until('the loss is noticed', () => reader.link.current === undefined, ARRIVAL_MS_MAX);
  await fill(writer.log, 5);
  proxy.cut();
  proxy.mend();
  await until('the follower', () => follower.commits.length === 10, ARRIVAL_MS_MAX);
  expect(sequencesOf(follower.commits)).toEqual(upTo(10));
  await follower.stop();
  for (const { close } of [reader, writer]) await close();
  await proxy.close();
  await server.stop();
});
