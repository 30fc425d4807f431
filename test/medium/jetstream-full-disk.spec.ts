// Goal: on a full disk nothing that was acknowledged is lost, the reason is told, and it goes on once there is room.
// Method: the server's store on a small tmpfs; needs root to mount it.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogUnavailableError } from '#shared/es/event-log.js';
import { newCommit, readAll, sequencesOf, upTo } from '#test/support/commits.js';
import { following } from '#test/support/following.js';
import { openJetStreamLog } from '#test/support/jetstream-log.js';
import { NATS_VERSIONS, type NatsServer, startNatsServer } from '#test/support/nats-server.js';
import { until } from '#test/support/waits.js';

const isRoot = process.getuid?.() === 0;
const ROOM_BYTES = 512 * 1_024;
const APPENDS_MAX = 2_000;

describe.runIf(isRoot).each(NATS_VERSIONS)('on a full disk, the %s server', (version) => {
  let folder: string;
  let disk: string;
  let server: NatsServer;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sortie-nats-full-'));
    disk = join(folder, 'disk');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk]);
    server = await startNatsServer({ version, folder, config: { storeFolder: disk } });
  });
  afterEach(async () => {
    await server.stop();
    execFileSync('umount', ['-l', disk]);
    await rm(folder, { recursive: true });
  });

  it('keeps what it acknowledged, says what is wrong, and goes on after room was made and a restart', async () => {
    const { log, close } = await openJetStreamLog(server, { patienceMs: 4_000 });
    const follower = following(log, { after: 0 });
    const { bavail, bsize } = await statfs(disk);
    const ballast = join(disk, 'ballast');
    await writeFile(ballast, Buffer.alloc(bavail * bsize - ROOM_BYTES));
    const acknowledged = new Map<string, number>();
    const append = async (): Promise<Error | undefined> => {
      const commit = newCommit({ data: 'x'.repeat(2_000) });
      try {
        const result = await log.append(commit);
        if (result.kind === 'conflict') return new Error('nobody else writes to this stream');
        acknowledged.set(commit.commandId, result.sequence);
        return undefined;
      } catch (error) {
        return error as Error;
      }
    };
    let refused: Error | undefined;
    for (let n = 0; n < APPENDS_MAX && !refused; n += 1) refused = await append();
    expect(acknowledged.size).toBeGreaterThan(50);
    expect(refused).toBeInstanceOf(LogUnavailableError);
    // The older one says so and goes on; the newer one stops the stream and says nothing.
    expect(refused?.message).toMatch(
      version === 'oldest' ? /no space left on device.*free space/ : /did not answer.*disk/,
    );
    const more = await Promise.all(upTo(5).map(append));
    for (const failure of more) expect(failure).toBeInstanceOf(LogUnavailableError);
    await rm(ballast);
    await server.restart();
    await until('appends work', async () => (await append()) === undefined, 30_000);
    const commits = await readAll(log);
    expect(sequencesOf(commits)).toEqual(upTo(commits.length));
    const stored = new Map(commits.map(({ commandId, sequence }) => [commandId, sequence]));
    expect(stored.size).toBe(commits.length);
    const lost = [...acknowledged].filter(([id, sequence]) => stored.get(id) !== sequence);
    expect(lost).toEqual([]);
    await until('the follower', () => follower.commits.length === commits.length, 30_000);
    expect(sequencesOf(follower.commits)).toEqual(upTo(commits.length));
    await follower.stop();
    await close();
  });
});
