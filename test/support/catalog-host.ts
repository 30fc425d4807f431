import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { v7 as uuidV7 } from 'uuid';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { sqliteDatabases } from '#shared/adapters/sqlite-service-database.js';
import { InProcessBus } from '#shared/boot/in-process-bus.js';
import type { RequestContext, Role } from '#shared/es/operation.js';
import { openCatalog } from '#services/catalog/module.js';

/** A request context of a made-up person with a role. */
export const asked = (role: Role, over: Partial<RequestContext> = {}): RequestContext => ({
  actor: { id: `${role}-1`, role },
  commandId: uuidV7(),
  correlationId: uuidV7(),
  ...over,
});

export type CatalogHost = Awaited<ReturnType<typeof openCatalogHost>>;

/** The catalogue on real files in a folder of its own. */
export async function openCatalogHost() {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-catalog-'));
  const log = SqliteEventLog.open(join(folder, 'sortie.db'));
  const { service, module } = await openCatalog({
    log,
    openDatabase: sqliteDatabases(folder),
    now: () => new Date(),
  });
  const bus = new InProcessBus();
  const app = await NestFactory.createMicroservice(module, { strategy: bus, logger: ['error'] });
  await app.listen();
  const close = async (): Promise<void> => {
    await app.close();
    await service.stop();
    await log.close();
    await rm(folder, { recursive: true });
  };
  return { bus, log, service, close };
}
