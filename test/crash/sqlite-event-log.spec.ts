// Goal: a process that is killed at any moment loses no append that it acknowledged, and doubles none.
// Method: a child process appends with 32 writers to a real file and prints each acknowledgement; it gets SIGKILL at a
// random moment, the file is opened again and compared with what was printed. Repeat a failure with SORTIE_TEST_SEED.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { newCommit, readAll, streamNamed, upTo } from '#test/support/commits.js';
import { openLogFile } from '#test/support/log-file.js';
import { seededRandom } from '#test/support/random.js';

const ROUNDS = 8;
const WRITERS = 32;
const ALIVE_MS_MAX = 400;

const seed = Number(process.env['SORTIE_TEST_SEED'] ?? Date.now() % 1_000_000);
// Inside the package, where the child finds its dependencies.
const folder = join(import.meta.dirname, `../../node_modules/.cache/sortie-crash-${process.pid}`);

beforeAll(async () => {
  await mkdir(folder, { recursive: true });
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { resolve: { conditions: ['source'] } },
    build: {
      ssr: new URL('../support/appending-process.ts', import.meta.url).pathname,
      outDir: folder,
      rollupOptions: { output: { entryFileNames: 'appending.mjs' } },
    },
  });
});
afterAll(() => rm(folder, { recursive: true }));

/** Lets a child append, kills it `aliveMs` after its first acknowledgement, and returns what it acknowledged. */
async function appendUntilKilled(path: string, round: number, aliveMs: number) {
  const args = [join(folder, 'appending.mjs'), path, String(round), String(WRITERS)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let printed = '';
  let timer: NodeJS.Timeout | undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
    timer ??= setTimeout(() => child.kill('SIGKILL'), aliveMs);
  });
  const [code, signal] = (await exited) as [number | null, string | null];
  expect([code, signal], 'the child ended by the kill and no other way').toEqual([null, 'SIGKILL']);
  if (!child.stdout.readableEnded) await once(child.stdout, 'end');
  // A line that the kill cut off acknowledged nothing.
  const lines = printed.slice(0, printed.lastIndexOf('\n')).split('\n');
  return lines.map((line) => line.split(' ') as [commandId: string, sequence: string]);
}

it(`killed ${ROUNDS} times under ${WRITERS} writers, the log has each acknowledged append once (seed ${seed})`, async () => {
  const random = seededRandom(seed);
  const { log, path, cleanup } = await openLogFile();
  await log.close();
  const acknowledged = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [id, at] of await appendUntilKilled(path, round, random() * ALIVE_MS_MAX)) {
      acknowledged.set(id, Number(at));
    }
    const again = SqliteEventLog.open(path);
    const commits = await readAll(again);
    const places = new Map(commits.map(({ commandId, sequence }) => [commandId, sequence]));
    const lost = [...acknowledged].filter(([id, at]) => places.get(id) !== at);
    expect(lost, `round ${round}`).toEqual([]);
    expect(commits.map(({ sequence }) => sequence)).toEqual(upTo(commits.length));
    expect(places.size).toBe(commits.length);
    expect(commits.every(({ events }) => events.length >= 1 && events.length <= 3)).toBe(true);
    // At most one append of each writer was under way: written or not, but never acknowledged.
    expect(commits.length - acknowledged.size).toBeLessThanOrEqual(WRITERS * (round + 1));
    const next = newCommit({ stream: streamNamed('after-the-kill'), expectedVersion: 'any' });
    expect(await again.append(next)).toEqual({ kind: 'appended', sequence: commits.length + 1 });
    acknowledged.set(next.commandId, commits.length + 1);
    await again.close();
  }
  expect(acknowledged.size).toBeGreaterThan(ROUNDS * WRITERS);
  await cleanup();
});
