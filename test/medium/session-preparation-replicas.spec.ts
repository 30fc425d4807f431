// Goal: of several replicas, the one that holds a start says how far it is, and nobody else.
// Method: two replicas of the session service on one log and a real PostgreSQL, each with a bus of its own; runtimes are
// doubles on one machine.
import 'reflect-metadata';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SEALING_KEY_BYTES, sealingKeyOf } from '#shared/adapters/seal.js';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { busOf } from '#shared/boot/declared-bus.js';
import { InProcessBus } from '#shared/boot/in-process-bus.js';
import { FindSession, RequestSession } from '#shared/contracts/session.js';
import { RegisterApp } from '#shared/contracts/catalog.js';
import { recordedEvents } from '#shared/es/recorded-events.js';
import { openCatalog } from '#services/catalog/module.js';
import type { StartListener } from '#services/session/adapters/runtime-driver.js';
import { openSession } from '#services/session/module.js';
import { asked } from '#test/support/catalog-host.js';
import { type DatabasePlace, openPlace } from '#test/support/database-place.js';
import { type Machine, MemoryRuntimeDriver } from '#test/support/memory-runtime-driver.js';
import { resultIn } from '#test/support/session-host.js';
import { until } from '#test/support/waits.js';

const bytes = (done: number) => ({ step: 'image', done, total: 100 }) as const;
const now = () => new Date();

class HostModule {}
Module({})(HostModule);

let place: DatabasePlace;
let log: SqliteEventLog;
let machine: Machine;
let closers: (() => Promise<unknown>)[];

/** One more process with the catalogue and the session service; its starts last until a test lets them end. */
async function openReplica() {
  const databases = place.databases();
  const bus = new InProcessBus();
  const host = { log, openDatabase: databases.openDatabase, now };
  const driver = new MemoryRuntimeDriver(machine);
  const starts: { tell: StartListener; becomeReady: () => void }[] = [];
  driver.ready = (tell) =>
    new Promise((resolve) => void starts.push({ tell, becomeReady: resolve }));
  const catalog = await openCatalog(host);
  const session = await openSession(host, {
    driver,
    bus: busOf('session', bus),
    sealingKey: sealingKeyOf(Buffer.alloc(SEALING_KEY_BYTES, 7)),
  });
  const root = { module: HostModule, imports: [catalog.module, session.module] };
  const app = await NestFactory.createMicroservice(root, { strategy: bus, logger: ['error'] });
  await app.listen();
  await session.supervision.start();
  closers.push(async () => {
    await app.close();
    await session.service.stop();
    await catalog.service.stop();
    await databases.close();
  });
  return { bus, driver, starts, supervision: session.supervision };
}

beforeEach(async () => {
  place = await openPlace(undefined, 'postgres');
  log = SqliteEventLog.open(join(place.folder, 'sortie.db'));
  machine = new Map();
  closers = [];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  await log.close();
  await place.remove();
});

async function requestAt({ bus }: Awaited<ReturnType<typeof openReplica>>): Promise<string> {
  const app = { id: 'term', name: 'term', launch_type: 'container', container_image: 'x' };
  resultIn(await bus.request(RegisterApp, RegisterApp.data.parse(app) as never, asked('admin')));
  return resultIn(await bus.request(RequestSession, { app_id: 'term' }, asked('user'))).id;
}
const recordedOf = async (id: string) => {
  const { commits } = await log.read({ after: 0, services: ['session'] });
  return commits
    .filter(({ stream }) => stream.endsWith(`.preparation.${id}`))
    .flatMap((commit) => recordedEvents(commit))
    .map(({ data }) => (data as { done: number }).done);
};

it('is told by the replica that starts it, seen at both, and by the next one after it', async () => {
  const first = await openReplica();
  const second = await openReplica();
  const id = await requestAt(first);
  const start = await until('the start', () => first.starts[0]);
  const shows = (replica: typeof first, done: number) =>
    until(`${done} is shown`, async () => {
      const reply = await replica.bus.request(FindSession, { session_id: id }, asked('admin'));
      return reply.kind === 'done' && reply.result.preparation?.done === done;
    });

  start.tell(bytes(40));
  await Promise.all([shows(first, 40), shows(second, 40)]);
  expect(second.driver.started).toEqual([]);

  await first.supervision.close();
  const next = await until('the start at the other one', () => second.starts[0]);
  start.tell(bytes(99));
  next.tell(bytes(10));
  await Promise.all([shows(first, 10), shows(second, 10)]);
  start.tell(bytes(100));
  next.becomeReady();
  await until('it runs', async () => {
    const reply = await first.bus.request(FindSession, { session_id: id }, asked('admin'));
    return reply.kind === 'done' && reply.result.status === 'running';
  });
  expect(await recordedOf(id)).toEqual([40, 10]);
});
