// Goal: whoever follows the events misses none, over a restart of the server and over runs of the command.
// Method: the built command and the built server, each in a process of its own, over a proxy that keeps its port while the
// server is away; a follower's place is compared with the version that the server answered a change with.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCommand } from '#test/support/command-line.js';
import { type CommandStage, openCommandStage } from '#test/support/command-stage.js';
import { type FaultProxy, openFaultProxy } from '#test/support/fault-proxy.js';
import { administrator } from '#test/support/people.js';
import { type Sortie, startSortie } from '#test/support/sortie.js';
import { until } from '#test/support/waits.js';

/** Several processes start one after the other, and a follower takes its time before it tries again. */
const PATIENCE_MS = 60_000;
const TEST_MS = 5 * PATIENCE_MS;

let stage: CommandStage;
let sortie: Sortie;
let proxy: FaultProxy;
let server: readonly string[];

beforeAll(async () => {
  stage = await openCommandStage();
  sortie = stage.sortie;
  proxy = await openFaultProxy(sortie.url);
  const token = await stage.tokenFile('token', stage.admin);
  server = [...token, '--url', proxy.url];
});
afterAll(async () => {
  await proxy?.close();
  await sortie?.end();
  await stage?.close();
});

const follow = (cursor: string) =>
  startCommand([...server, 'events', 'follow', '--cursor', cursor], stage.env);
const placeIn = async (cursor: string) => Number(await readFile(cursor, 'utf8').catch(() => '0'));
const listening = (cursor: string) =>
  until('it listens', async () => (await placeIn(cursor)) > 0, PATIENCE_MS);

/** Adds an app, and resolves with the place of it in the log. */
async function add(name: string): Promise<number> {
  const admin = await administrator(sortie);
  const { headers } = await admin.post('/api/apps', { name, url: 'https://a.example' });
  return Number(headers.get('etag')?.replaceAll('"', ''));
}

describe('events', () => {
  it(
    'are followed over a restart of the server, each of them once',
    async () => {
      const cursor = stage.inFolder('cursor-restart');
      const running = follow(cursor);
      const seen = (name: string) => running.stdout().split(`"name":"${name}"`).length - 1;
      try {
        await listening(cursor);
        await add('before');
        await until('the first is heard', () => seen('before') > 0, PATIENCE_MS);
        await sortie.end();
        proxy.cut();
        sortie = await startSortie(stage.folders, sortie.password);
        proxy.mend(sortie.url);
        await add('after');
        await until('the second is heard', () => seen('after') > 0, PATIENCE_MS);
        expect([seen('before'), seen('after')]).toEqual([1, 1]);
        await until(
          'it has told of the break',
          () => running.stderr().includes('trying again'),
          PATIENCE_MS,
        );
      } finally {
        await running.stop();
      }
      for (const line of running.stdout().trim().split('\n')) {
        expect(JSON.parse(line)).toMatchObject({ specversion: '1.0' });
      }
    },
    TEST_MS,
  );

  it(
    'that came while nobody followed are told by the next run, and none before the place that was kept',
    async () => {
      const cursor = stage.inFolder('cursor-runs');
      const first = follow(cursor);
      try {
        await listening(cursor);
        const place = await add('while there');
        // A place is kept after it is printed: whoever is ended in between hears the event again.
        await until('its place is kept', async () => (await placeIn(cursor)) >= place, PATIENCE_MS);
      } finally {
        await first.stop();
      }
      await add('while away');
      const second = follow(cursor);
      try {
        await until('it is told', () => second.stdout().includes('"while away"'), PATIENCE_MS);
      } finally {
        await second.stop();
      }
      expect(first.stdout()).toContain('"while there"');
      expect(second.stdout()).not.toContain('"while there"');
    },
    TEST_MS,
  );
});
