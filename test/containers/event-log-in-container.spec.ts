// Goal: log and bus keep their contracts on the NATS image that is shipped, and lose and double nothing when its container
// is killed, paused or cut off. Method: testcontainers; without an engine the same suites run on a program, and say so.
import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EventLog } from '#shared/es/event-log.js';
import { newCommit, readAll, sequencesOf, streamNamed, upTo } from '#test/support/commits.js';
import { linkTo, openJetStreamLog } from '#test/support/jetstream-log.js';
import { newNatsUser } from '#test/support/nats-server.js';
import { openNatsBus } from '#test/support/nats-bus-host.js';
import { type PlacedNats, startPlacedNats } from '#test/support/placed-nats.js';
import { SERVER_FAULTS } from '#test/support/server-faults.js';
import { until } from '#test/support/waits.js';
import { busContract } from '../contract/bus.contract.js';
import { durableLogContract, eventLogContract } from '../contract/event-log.contract.js';

let server: PlacedNats;
beforeAll(async () => {
  server = await startPlacedNats('NATS');
}, 600_000);
afterAll(() => server.stop());

describe('in a container', () => {
  const open = () => openJetStreamLog(server);
  eventLogContract('the log', open);
  durableLogContract('the log', open);
});

describe('in a container too', () => {
  busContract('the bus', async () => {
    const { bus, close } = await openNatsBus({ ...server, deadlineMs: 5_000 });
    return { bus, transport: { strategy: bus }, close };
  });
});

describe('writers on a server that is', () => {
  const WRITERS = 8;
  let opened: Awaited<ReturnType<typeof openJetStreamLog>>;
  beforeEach(async () => {
    opened = await openJetStreamLog(server);
  });
  afterEach(() => opened.cleanup());

  it.each(SERVER_FAULTS)(
    '%s lose nothing that was acknowledged, and double nothing',
    async (_, strike) => {
      const acknowledged = new Map<string, number>();
      const asked = new Set<string>();
      let isOver = false;
      const writers = upTo(WRITERS).map(async (n) => {
        while (!isOver) await appendTo(opened.log, `writer-${n}`, asked, acknowledged);
      });
      for (let round = 0; round < 2; round += 1) {
        const before = acknowledged.size;
        await until('some appends', () => acknowledged.size > before + 20);
        await strike(server);
      }
      const after = acknowledged.size;
      await until('appends after it', () => acknowledged.size > after + 20);
      isOver = true;
      await Promise.all(writers);
      const commits = await readAll(opened.log);
      expect(sequencesOf(commits)).toEqual(upTo(commits.length));
      const stored = new Map(commits.map(({ commandId, sequence }) => [commandId, sequence]));
      expect(stored.size).toBe(commits.length);
      expect([...stored.keys()].filter((id) => !asked.has(id))).toEqual([]);
      for (const [id, sequence] of acknowledged) expect(stored.get(id)).toBe(sequence);
    },
  );

  it('killed find everything again that it had acknowledged, also by a process that was not there', async () => {
    const ids = upTo(50).map(() => newCommit());
    for (const commit of ids) await opened.log.append(commit);
    await server.kill();
    await server.restart();
    const other = await openJetStreamLog(server);
    const found = (await readAll(other.log)).map(({ commandId }) => commandId);
    expect(found).toEqual(ids.map(({ commandId }) => commandId));
    await other.close();
  });
});

/** Appends one commit, and again with the same command until there is an answer, as a client with a key does. */
async function appendTo(
  log: EventLog,
  name: string,
  asked: Set<string>,
  acknowledged: Map<string, number>,
): Promise<void> {
  const commit = newCommit({ stream: streamNamed(name), expectedVersion: 'any' });
  asked.add(commit.commandId);
  for (;;) {
    const result = await log.append(commit).catch(() => undefined);
    if (result?.kind === 'conflict') throw new Error('nothing was expected of the version');
    if (result) {
      acknowledged.set(commit.commandId, result.sequence);
      return;
    }
    await delay(50);
  }
}

it('a client with a key of its own making gets nowhere', async () => {
  const stranger = { ...server, seed: newNatsUser().seed };
  await expect(linkTo(stranger)).rejects.toThrow('it refuses the user');
});
