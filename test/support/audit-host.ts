import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { InProcessBus } from '#shared/boot/in-process-bus.js';
import type { CommandHandler } from '#shared/es/command-handler.js';
import { openAudit, type Retaining, retentionKeeper } from '#services/audit/module.js';
import { openCatalog } from '#services/catalog/module.js';
import { BUS_MS_MAX, CAUGHT_UP_MS_MAX } from './catalog-host.js';
import { openPlace } from './database-place.js';

export type AuditHost = Awaited<ReturnType<typeof openAuditHost>>;

/** The catalogue and the audit trail on one log, on a real log and databases of their own. */
export async function openAuditHost(now: () => Date = () => new Date()) {
  const place = await openPlace();
  const databases = place.databases();
  const log = SqliteEventLog.open(join(place.folder, 'sortie.db'));
  const host = { log, openDatabase: databases.openDatabase, now };
  const catalog = await openCatalog(host);
  const audit = await openAudit(host);
  const bus = new InProcessBus(BUS_MS_MAX);
  class Both {}
  const imports = [catalog.module, audit.module];
  const app = await NestFactory.createMicroservice(
    { module: Both, imports },
    { strategy: bus, logger: ['error'] },
  );
  await app.listen();
  /** Resolves once the trail has everything that is in the log. */
  const caughtUp = async (): Promise<void> => {
    if (await audit.service.projector.reached(await log.head(), CAUGHT_UP_MS_MAX)) return;
    throw new Error('The trail does not catch up with the log.');
  };
  /** Commands that wait for their rows as long as a busy machine takes, where those of the service go on after two seconds. */
  const commands = Object.assign(Object.create(audit.service.commands) as CommandHandler, {
    handle: async (...asked: Parameters<CommandHandler['handle']>) => {
      const outcome = await audit.service.commands.handle(...asked);
      await caughtUp();
      return outcome.kind === 'committed' ? { ...outcome, caughtUp: true } : outcome;
    },
  });
  /** Has old entries leave, as the service does from time to time. */
  const retain = async (retaining: Retaining): Promise<void> => {
    const keeper = retentionKeeper({ ...audit.service, commands }, host, retaining);
    keeper.start();
    await keeper.looked();
    await keeper.stop();
  };
  const close = async (): Promise<void> => {
    await app.close();
    await catalog.service.stop();
    await audit.service.stop();
    await databases.close();
    await log.close();
    await place.remove();
  };
  return {
    bus,
    log,
    place,
    catalog: catalog.service,
    audit: audit.service,
    caughtUp,
    retain,
    close,
  };
}
