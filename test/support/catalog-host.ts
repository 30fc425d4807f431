import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { v7 as uuidV7 } from 'uuid';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { InProcessBus } from '#shared/boot/in-process-bus.js';
import { type BusTelemetry, unwatchedBus } from '#shared/boot/traced-request.js';
import type { RequestContext, Role } from '#shared/es/operation.js';
import { openCatalog } from '#services/catalog/module.js';
import { openPlace } from './database-place.js';

/** How long a request on a test's bus may take: hundreds at once on a busy machine take longer than one may in production. */
export const BUS_MS_MAX = 120_000;

/** How long a test's host waits until its read models have what the log has. */
export const CAUGHT_UP_MS_MAX = 30_000;

/** A request context of a made-up person with a role. */
export const asked = (role: Role, over: Partial<RequestContext> = {}): RequestContext => ({
  actor: { id: `${role}-1`, role },
  commandId: uuidV7(),
  correlationId: uuidV7(),
  ...over,
});

export type CatalogHost = Awaited<ReturnType<typeof openCatalogHost>>;

/** The catalogue on a real log and database of its own. */
export async function openCatalogHost(telemetry: BusTelemetry = unwatchedBus) {
  const place = await openPlace();
  const databases = place.databases();
  const log = SqliteEventLog.open(join(place.folder, 'sortie.db'));
  const { service, module } = await openCatalog({
    log,
    openDatabase: databases.openDatabase,
    now: () => new Date(),
    spans: telemetry.spans,
  });
  const bus = new InProcessBus(BUS_MS_MAX, telemetry);
  const app = await NestFactory.createMicroservice(module, { strategy: bus, logger: ['error'] });
  await app.listen();
  const close = async (): Promise<void> => {
    await app.close();
    await service.stop();
    await databases.close();
    await log.close();
    await place.remove();
  };
  return { bus, log, service, close };
}
