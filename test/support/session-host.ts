import 'reflect-metadata';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SEALING_KEY_BYTES, sealingKeyOf } from '#shared/adapters/seal.js';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { busOf } from '#shared/boot/declared-bus.js';
import { InProcessBus } from '#shared/boot/in-process-bus.js';
import { RegisterApp } from '#shared/contracts/catalog.js';
import { FindSession, RequestSession, type SessionView } from '#shared/contracts/session.js';
import { recordedEvents } from '#shared/es/recorded-events.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { openCatalog } from '#services/catalog/module.js';
import type { RuntimeDriver } from '#services/session/adapters/runtime-driver.js';
import {
  QUOTA_DEFAULT,
  SESSION_TIMEOUTS_DEFAULT,
  type SessionTimeouts,
} from '#services/session/config.js';
import type { Quota } from '#services/session/domain/admission.js';
import { openSession } from '#services/session/module.js';
import { asked, BUS_MS_MAX } from './catalog-host.js';
import { openPlace } from './database-place.js';
import { withIdentity } from './identity-answers.js';
import { until } from './waits.js';

type Start = Readonly<{
  driver: RuntimeDriver;
  /** An earlier host's folder, to start again on. */
  folder?: string;
  timeouts?: Partial<SessionTimeouts>;
  quota?: Partial<Quota>;
  now?: () => Date;
}>;

export type SessionHost = Awaited<ReturnType<typeof openSessionHost>>;

/** Gets what a reply brought, or throws what it says. */
export function resultIn<R>(reply: Reply<R>): R {
  if (reply.kind === 'rejected') throw new Error(`${reply.code}: ${reply.detail}`);
  return reply.result;
}

class HostModule {}
Module({})(HostModule);

/** The catalogue and the session service on a real log and databases, of their own or an earlier host's. */
export async function openSessionHost({
  driver,
  timeouts,
  quota,
  now = () => new Date(),
  ...start
}: Start) {
  const place = await openPlace(start.folder);
  const { folder } = place;
  const databases = place.databases();
  const log = SqliteEventLog.open(join(folder, 'sortie.db'));
  const bus = new InProcessBus(BUS_MS_MAX);
  const host = { log, openDatabase: databases.openDatabase, now };
  const catalog = await openCatalog(host);
  const session = await openSession(host, {
    driver,
    bus: busOf('session', withIdentity(bus)),
    sealingKey: sealingKeyOf(Buffer.alloc(SEALING_KEY_BYTES, 7)),
    timeouts: { ...SESSION_TIMEOUTS_DEFAULT, ...timeouts },
    // Tests of other things launch more than one person may.
    quota: { ...QUOTA_DEFAULT, perUserMax: 1_000, ...quota },
  });
  const root = { module: HostModule, imports: [catalog.module, session.module] };
  const app = await NestFactory.createMicroservice(root, { strategy: bus, logger: ['error'] });
  await app.listen();
  await session.supervision.start();

  /** Lets go of everything without ending a session, as a crash would. */
  const leave = async (): Promise<void> => {
    await app.close();
    await session.service.stop();
    await catalog.service.stop();
    await databases.close();
    await log.close();
  };
  const close = async (): Promise<void> => {
    await leave();
    await place.remove();
  };
  return { folder, place, log, bus, ...session, leave, close, ...acts(bus, log) };
}

function acts(bus: InProcessBus, log: SqliteEventLog) {
  const register = async (id: string, over: object = {}): Promise<void> => {
    const app = { id, name: id, launch_type: 'container', container_image: 'sortie/terminal' };
    const data = RegisterApp.data.parse({ ...app, ...over });
    resultIn(await bus.request(RegisterApp, data as never, asked('admin')));
  };
  const request = async (
    app_id: string,
    context: RequestContext = asked('user'),
  ): Promise<SessionView> => resultIn(await bus.request(RequestSession, { app_id }, context));
  const find = async (session_id: string): Promise<SessionView> =>
    resultIn(await bus.request(FindSession, { session_id }, asked('admin')));
  const reaches = (session_id: string, status: SessionView['status'], deadlineMs?: number) =>
    until(
      `${session_id} is ${status}`,
      async () => {
        const found = await find(session_id);
        return found.status === status && found;
      },
      deadlineMs,
    );
  /** Types of all events of a stream's id, in order. */
  const told = async (id: string): Promise<string[]> => {
    const { commits } = await log.read({ after: 0, services: ['session'] });
    return commits
      .filter(({ stream }) => stream.endsWith(`.${id}`))
      .flatMap((commit) => recordedEvents(commit))
      .map(({ type }) => type);
  };
  const tells = (id: string, type: string, deadlineMs?: number) =>
    until(`${type} of ${id}`, async () => (await told(id)).includes(type), deadlineMs);
  return { register, request, find, reaches, told, tells };
}
