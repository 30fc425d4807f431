import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { InProcessBus } from '#shared/boot/in-process-bus.js';
import { openAudit, type Retaining, retentionKeeper } from '#services/audit/module.js';
import { openCatalog } from '#services/catalog/module.js';
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
  const bus = new InProcessBus();
  class Both {}
  const imports = [catalog.module, audit.module];
  const app = await NestFactory.createMicroservice(
    { module: Both, imports },
    { strategy: bus, logger: ['error'] },
  );
  await app.listen();
  /** Resolves once the trail has everything that is in the log. */
  const caughtUp = async (): Promise<void> => {
    await audit.service.projector.reached(await log.head());
  };
  /** Has old entries leave, as the service does from time to time. */
  const retain = async (retaining: Retaining): Promise<void> => {
    const keeper = retentionKeeper(audit.service, host, retaining);
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
