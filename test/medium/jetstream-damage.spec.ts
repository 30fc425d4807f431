// Goal: a stream that lost commits, or went back to an older copy, is told loudly; no sequence is given out twice unseen.
// Method: the server's files are exchanged or spoilt while it is down, and the stream under a living connection.
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogUnavailableError } from '#shared/es/event-log.js';
import { fill, newCommit, readAll } from '#test/support/commits.js';
import { following } from '#test/support/following.js';
import { askServer, failureOf, openJetStreamLog, PATIENT } from '#test/support/jetstream-log.js';
import { NATS_VERSIONS, type NatsServer, startNatsServer } from '#test/support/nats-server.js';

const GONE_BACK =
  "The event log has gone back: the server's stream ends at commit 50, but commit 60 was there before.";
const BLOCK = 'store/jetstream/SORTIE/streams/SORTIE/msgs/1.blk';

describe.each(NATS_VERSIONS)('the store of the %s server', (version) => {
  let server: NatsServer;
  let opened: Awaited<ReturnType<typeof openJetStreamLog>>;
  beforeEach(async () => {
    server = await startNatsServer({ version, store: 'memory' });
    opened = await openJetStreamLog(server, PATIENT);
  });
  afterEach(async () => {
    await opened.close();
    await server.stop();
  });

  /** Whatever is asked of the log from now on, it says the same. */
  const expectEnded = async (words: string | RegExp) => {
    const { log } = opened;
    for (const use of [
      () => log.head(),
      () => log.append(newCommit()),
      () => log.read({ after: 0 }),
      () => log.last('sortie.event.a.b.c'),
    ]) {
      const error = await failureOf(use());
      expect(error).toBeInstanceOf(LogUnavailableError);
      expect(error.message).toMatch(words);
    }
  };

  it('has an older copy: the log ends, for appends and followers too', async () => {
    const { log } = opened;
    await fill(log, 50);
    const follower = following(log, { after: 0 });
    const [store, copy] = [join(server.folder, 'store'), join(server.folder, 'copy')];
    await server.kill('SIGTERM');
    await cp(store, copy, { recursive: true });
    await server.restart();
    await fill(log, 10);
    await server.kill('SIGTERM');
    await rm(store, { recursive: true });
    await cp(copy, store, { recursive: true });
    // Waits for the server, and must not be the one that takes sequence 51 again.
    const append = failureOf(log.append(newCommit()));
    await server.restart();
    expect((await append).message).toContain(GONE_BACK);
    await expectEnded(GONE_BACK);
    await expect(follower.ended).rejects.toThrow(GONE_BACK);
    const { state } = await askServer<{ state: { last_seq: number } }>(
      server,
      'STREAM.INFO.SORTIE',
    );
    expect(state.last_seq).toBe(50);
  });

  it('has another log: the log ends', async () => {
    const store = join(server.folder, 'store');
    await fill(opened.log, 3);
    await server.kill();
    await rm(store, { recursive: true });
    await server.restart();
    const other = await openJetStreamLog(server, PATIENT);
    await fill(other.log, 100);
    await expectEnded(`The server has another event log (${other.log.id}) than`);
    await other.close();
  });

  it('was exchanged under a living connection: no second commit 1 is given out', async () => {
    const { log } = opened;
    await fill(log, 60);
    const { config } = await askServer<{ config: object }>(server, 'STREAM.INFO.SORTIE');
    await askServer(server, 'STREAM.DELETE.SORTIE');
    await askServer(server, 'STREAM.CREATE.SORTIE', config);
    await expect(log.append(newCommit())).rejects.toThrow('The event log has gone back');
    await expectEnded('The event log has gone back');
  });

  it('has a commit with a flipped bit: who reads there is told which is missing, and so is all else', async () => {
    const { log } = opened;
    await fill(log, 2_500);
    await server.kill('SIGTERM');
    const block = join(server.folder, BLOCK);
    const bytes = await readFile(block);
    const place = bytes.indexOf('AppRegistered', bytes.length * 0.3);
    bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
    await writeFile(block, bytes);
    await server.restart();
    const missing = /The event log is damaged: commit 7\d\d is missing from the server's stream/;
    await expect(readAll(log)).rejects.toThrow(missing);
    await expectEnded(missing);
  });

  it('was cut short by a damaged file: the log has gone back', async () => {
    const { log } = opened;
    await fill(log, 100);
    await server.kill();
    const block = join(server.folder, BLOCK);
    const bytes = await readFile(block);
    await writeFile(block, bytes.subarray(0, bytes.length / 2 - 10));
    await server.restart();
    await expectEnded(/has gone back: the server's stream ends at commit 49, but commit 100 was/);
  });
});
