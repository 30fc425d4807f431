import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { sqliteDatabases } from '#shared/adapters/sqlite-service-database.js';
import { InProcessBus } from '#shared/boot/in-process-bus.js';
import { openAudit } from '#services/audit/module.js';
import { openCatalog } from '#services/catalog/module.js';

export type AuditHost = Awaited<ReturnType<typeof openAuditHost>>;

/** The catalogue and the audit trail on one log, on real files in a folder of their own. */
export async function openAuditHost(now: () => Date = () => new Date()) {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-audit-'));
  const log = SqliteEventLog.open(join(folder, 'sortie.db'));
  const host = { log, openDatabase: sqliteDatabases(folder), now };
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
  const close = async (): Promise<void> => {
    await app.close();
    await catalog.service.stop();
    await audit.service.stop();
    await log.close();
    await rm(folder, { recursive: true });
  };
  return { bus, log, folder, catalog: catalog.service, audit: audit.service, caughtUp, close };
}
