import type { DynamicModule } from '@nestjs/common';
import { openService, type Service, type ServiceParts } from '#shared/boot/service.js';
import { CommandHandler } from '#shared/es/command-handler.js';
import { erased } from '#shared/es/service-models.js';
import { app } from './domain/app.js';
import { seed } from './domain/seed.js';
import { AppController } from './edge/app.controller.js';
import { migrations } from './migrations/index.js';
import { applications } from './read/applications.js';
import { approvals } from './read/approvals.js';
import type { CatalogTables } from './read/tables.js';
import { CATALOG } from './tokens.js';

class CatalogModule {}

/** What the process that hosts a service hands to it. */
export type Host = Pick<ServiceParts, 'log' | 'databasePath' | 'now' | 'onStopped'>;

/** Opens the catalogue's read models and answers its operations. */
export async function openCatalog(
  host: Host,
): Promise<{ service: Service<CatalogTables>; module: DynamicModule }> {
  const service = await openService<CatalogTables>({
    ...host,
    name: 'catalog',
    migrations,
    models: [applications, approvals],
    deciders: { app: erased(app), seed: erased(seed) },
  });
  const module: DynamicModule = {
    module: CatalogModule,
    controllers: [AppController],
    providers: [
      { provide: CATALOG, useValue: service },
      { provide: CommandHandler, useValue: service.commands },
    ],
  };
  return { service, module };
}
