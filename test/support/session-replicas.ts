import 'reflect-metadata';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SEALING_KEY_BYTES, sealingKeyOf } from '#shared/adapters/seal.js';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { busOf } from '#shared/boot/declared-bus.js';
import { InProcessBus } from '#shared/boot/in-process-bus.js';
import { RegisterApp } from '#shared/contracts/catalog.js';
import { openCatalog } from '#services/catalog/module.js';
import type { StartListener } from '#services/session/adapters/runtime-driver.js';
import { QUOTA_DEFAULT } from '#services/session/config.js';
import type { Quota } from '#services/session/domain/admission.js';
import { openSession } from '#services/session/module.js';
import { asked, BUS_MS_MAX } from './catalog-host.js';
import { openPlace } from './database-place.js';
import { type Machine, MemoryRuntimeDriver } from './memory-runtime-driver.js';
import { resultIn } from './session-host.js';

class HostModule {}
Module({})(HostModule);

export type SessionReplicas = Awaited<ReturnType<typeof sessionReplicas>>;
export type SessionReplica = Awaited<ReturnType<SessionReplicas['open']>>;

/** Processes with the catalogue and the session service, on one log, one PostgreSQL and one machine of runtimes. */
export async function sessionReplicas(quota: Partial<Quota> = {}) {
  const place = await openPlace(undefined, 'postgres');
  const log = SqliteEventLog.open(join(place.folder, 'sortie.db'));
  const machine: Machine = new Map();
  const closers: (() => Promise<unknown>)[] = [];

  /** One more process; its starts last until a test lets them end. */
  const open = async () => {
    const databases = place.databases();
    const bus = new InProcessBus(BUS_MS_MAX);
    const host = { log, openDatabase: databases.openDatabase, now: () => new Date() };
    const driver = new MemoryRuntimeDriver(machine);
    const starts: { tell: StartListener; becomeReady: () => void }[] = [];
    driver.ready = (tell) =>
      new Promise((resolve) => void starts.push({ tell, becomeReady: resolve }));
    const catalog = await openCatalog(host);
    const session = await openSession(host, {
      driver,
      bus: busOf('session', bus),
      sealingKey: sealingKeyOf(Buffer.alloc(SEALING_KEY_BYTES, 7)),
      quota: { ...QUOTA_DEFAULT, ...quota },
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
    return { bus, driver, starts, service: session.service, supervision: session.supervision };
  };
  const register = async ({ bus }: Awaited<ReturnType<typeof open>>, id: string): Promise<void> => {
    const app = { id, name: id, launch_type: 'container', container_image: 'x' };
    resultIn(await bus.request(RegisterApp, RegisterApp.data.parse(app) as never, asked('admin')));
  };
  const close = async (): Promise<void> => {
    for (const end of closers.reverse()) await end();
    await log.close();
    await place.remove();
  };
  return { log, open, register, close };
}
