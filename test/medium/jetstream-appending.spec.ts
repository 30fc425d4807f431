// Goal: whatever happens between a process and its nats-server, a commit is stored once, and the process is told the
// truth about it. Method: a proxy that cuts and freezes connections, a server that is frozen, a stream that is full.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JetStreamEventLog } from '#shared/adapters/jetstream-event-log.js';
import { LogUnavailableError } from '#shared/es/event-log.js';
import { fill, newCommit, readAll, sequencesOf, streamNamed, upTo } from '#test/support/commits.js';
import { type FaultProxy, openFaultProxy } from '#test/support/fault-proxy.js';
import { askServer, failureOf, openJetStreamLog, PATIENT } from '#test/support/jetstream-log.js';
import { NATS_VERSIONS, type NatsServer, startNatsServer } from '#test/support/nats-server.js';
import { until } from '#test/support/waits.js';

const stateOf = async (server: NatsServer): Promise<{ last_seq: number }> =>
  (await askServer<{ state: { last_seq: number } }>(server, 'STREAM.INFO.SORTIE')).state;

describe.each(NATS_VERSIONS)('appending on the %s server', (version) => {
  let server: NatsServer;
  let proxy: FaultProxy;
  let opened: Awaited<ReturnType<typeof openJetStreamLog>>;
  let log: JetStreamEventLog;
  beforeEach(async () => {
    server = await startNatsServer({ version, store: 'memory' });
    proxy = await openFaultProxy(server.url);
    const servers = `nats://localhost:${new URL(proxy.url).port}`;
    opened = await openJetStreamLog(server, PATIENT, { servers });
    log = opened.log;
  });
  afterEach(async () => {
    await opened.close();
    await proxy.close();
    await server.stop();
  });

  it.each([0, 'any'] as const)(
    'stores a commit once whose acknowledgement was lost (expecting version %s)',
    async (expectedVersion) => {
      const commit = newCommit({ expectedVersion });
      proxy.freeze('answers');
      const result = log.append(commit);
      await until('the server has it', async () => (await stateOf(server)).last_seq === 1);
      proxy.cut();
      proxy.mend();
      expect(await result).toEqual({ kind: 'duplicate', sequence: 1 });
      expect(await log.head()).toBe(1);
      expect((await readAll(log)).map(({ commandId }) => commandId)).toEqual([commit.commandId]);
    },
  );

  it('stores it once also when others have written to its stream since', async () => {
    const stream = streamNamed('a');
    await log.append(newCommit({ stream }));
    const commit = newCommit({ stream, expectedVersion: 1 });
    proxy.freeze('answers');
    const result = log.append(commit);
    await until('the server has it', async () => (await stateOf(server)).last_seq === 2);
    const other = await openJetStreamLog(server);
    for (const n of [2, 3]) await other.log.append(newCommit({ stream, expectedVersion: n }));
    await other.close();
    proxy.cut();
    proxy.mend();
    expect(await result).toEqual({ kind: 'duplicate', sequence: 2 });
    expect(await log.head()).toBe(4);
  });

  it('tells a conflict that was found out while the acknowledgement was lost', async () => {
    const stream = streamNamed('a');
    proxy.freeze('all');
    const result = log.append(newCommit({ stream }));
    const other = await openJetStreamLog(server);
    await other.log.append(newCommit({ stream }));
    await other.close();
    proxy.cut();
    proxy.mend();
    expect(await result).toEqual({ kind: 'conflict', version: 1 });
    expect(await log.head()).toBe(1);
  });

  it('under load, loses and doubles nothing while the connection is cut and frozen', async () => {
    const acknowledged = new Map<string, number>();
    let isOver = false;
    const writers = upTo(16).map(async (writer) => {
      let expectedVersion = 0;
      const stream = streamNamed(`writer-${writer}`);
      while (!isOver) {
        const commit = newCommit({ stream, expectedVersion });
        const result = await log.append(commit);
        if (result.kind === 'conflict') throw new Error(`${writer} is alone on its stream`);
        expectedVersion = result.sequence;
        acknowledged.set(commit.commandId, result.sequence);
      }
    });
    for (const fault of ['cut', 'answers', 'all', 'cut', 'answers'] as const) {
      const before = acknowledged.size;
      await until('some appends', () => acknowledged.size > before + 200, 30_000);
      if (fault !== 'cut') proxy.freeze(fault);
      await new Promise((resolve) => setTimeout(resolve, 50));
      proxy.cut();
      proxy.mend();
    }
    isOver = true;
    await Promise.all(writers);
    const commits = await readAll(log);
    expect(sequencesOf(commits)).toEqual(upTo(commits.length));
    const stored = new Map(commits.map(({ commandId, sequence }) => [commandId, sequence]));
    expect(stored.size).toBe(commits.length);
    expect(stored).toEqual(acknowledged);
  });

  it('says that the stream is full, and goes on once it may grow', async () => {
    await opened.cleanup();
    opened = await openJetStreamLog(server, { maxBytes: 60_000 });
    const large = () => newCommit({ data: 'x'.repeat(10_000) });
    const results = await Promise.allSettled(upTo(20).map(() => opened.log.append(large())));
    const kept = results.filter(({ status }) => status === 'fulfilled').length;
    expect(kept).toBeGreaterThan(2);
    const [refused] = results.filter(({ status }) => status === 'rejected');
    const { reason } = refused as PromiseRejectedResult;
    expect(reason).toBeInstanceOf(LogUnavailableError);
    expect(String(reason)).toMatch(
      /could not be written: the server says "maximum bytes exceeded"/,
    );
    expect(String(reason)).toContain('free space on its disk, or raise');
    expect(await opened.log.head()).toBe(kept);
    const { config } = await askServer<{ config: object }>(server, 'STREAM.INFO.SORTIE');
    const larger = { ...config, max_bytes: 1_000_000 };
    expect((await askServer(server, 'STREAM.UPDATE.SORTIE', larger)).error).toBeUndefined();
    expect(await opened.log.append(large())).toEqual({ kind: 'appended', sequence: kept + 1 });
  });
});

describe('from a frozen server', () => {
  let server: NatsServer;
  let opened: Awaited<ReturnType<typeof openJetStreamLog>>;
  beforeEach(async () => {
    server = await startNatsServer({ store: 'memory' });
    opened = await openJetStreamLog(server, PATIENT);
  });
  afterEach(async () => {
    await opened.close();
    await server.stop();
  });

  it('goes on when the server was frozen for a few seconds', async () => {
    await fill(opened.log, 1);
    server.pause();
    const results = upTo(20).map(() => opened.log.append(newCommit()));
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    server.resume();
    const appended = await Promise.all(results);
    expect(appended.map(({ kind }) => kind)).not.toContain('conflict');
    expect(await opened.log.head()).toBe(21);
  });

  it('says that it is busy instead of queueing without end', async () => {
    await fill(opened.log, 1);
    server.pause();
    const results = upTo(5_000).map(() => opened.log.append(newCommit()));
    await expect(results.at(-1)).rejects.toThrow('The event log is busy; try again in a moment.');
    server.resume();
    const settled = await Promise.allSettled(results);
    const taken = settled.filter(({ status }) => status === 'fulfilled');
    const busy = settled.filter((r) => r.status === 'rejected' && /busy/.test(String(r.reason)));
    expect(busy).toHaveLength(5_000 - 4_352);
    expect(taken.length).toBeGreaterThan(0);
    expect(await opened.log.head()).toBe(1 + taken.length);
  });
});

describe('without an answer', () => {
  let server: NatsServer;
  let opened: Awaited<ReturnType<typeof openJetStreamLog>>;
  beforeEach(async () => {
    server = await startNatsServer({ store: 'memory' });
    opened = await openJetStreamLog(server, { patienceMs: 1_500 });
  });
  afterEach(async () => {
    await opened.close();
    await server.stop();
  });

  it('says that nobody knows, and the same command again finds out', async () => {
    const commit = newCommit();
    server.pause();
    await expect(opened.log.append(commit)).rejects.toThrow(
      'The event log did not answer, so it may or may not have been written; doing the same again with the same Idempotency-Key is safe.',
    );
    server.resume();
    // As often as it takes: the connection may have to be made anew.
    const append = () => opened.log.append(commit).catch(() => undefined);
    expect(await until('an answer', append, 30_000)).toMatchObject({ sequence: 1 });
    expect(await opened.log.head()).toBe(1);
  });

  it('says that it was not written when there was no connection at all, and reads fail as plainly', async () => {
    await server.kill();
    await until('the loss is noticed', () => opened.link.current === undefined);
    const unread = failureOf(opened.log.head());
    await expect(opened.log.append(newCommit())).rejects.toThrow(
      "The event log can't be written now: there is no connection to it, or",
    );
    expect((await unread).message).toMatch(
      /The event log can't be read now: .*refuses connections/,
    );
    await server.restart();
    await until('the connection is back', () => opened.link.current, 30_000);
    expect(await opened.log.append(newCommit())).toEqual({ kind: 'appended', sequence: 1 });
  });
});

describe('a commit that was stored long ago', () => {
  it('is looked for among a bounded number of later ones, and found with the newest version', async () => {
    const server = await startNatsServer({ store: 'memory' });
    const { log, close } = await openJetStreamLog(server);
    const stream = streamNamed('a');
    const append = (count: number) =>
      Promise.all(upTo(count).map(() => log.append(newCommit({ stream, expectedVersion: 'any' }))));
    const commit = newCommit({ stream });
    await append(90);
    await log.append({ ...commit, expectedVersion: 90 });
    await append(60);
    expect(await log.append({ ...commit, expectedVersion: 0 })).toEqual({
      kind: 'duplicate',
      sequence: 91,
    });
    await append(60);
    const late = newCommit({ stream, expectedVersion: 211 });
    await log.append(late);
    await append(1);
    const far = await log.append({ ...late, expectedVersion: 0 });
    expect(far).toEqual({ kind: 'conflict', version: 213 });
    expect(await log.append({ ...late, expectedVersion: 213 })).toEqual({
      kind: 'duplicate',
      sequence: 212,
    });
    await close();
    await server.stop();
  });
});
