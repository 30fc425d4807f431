import { join } from 'node:path';
import type { DynamicModule } from '@nestjs/common';
import { openService, type Service, type ServiceHost } from '#shared/boot/service.js';
import { serviceModule } from '#shared/boot/service-module.js';
import { CATALOG_EVENTS } from '#shared/contracts/catalog.js';
import { IDENTITY_EVENTS } from '#shared/contracts/identity.js';
import { erased } from '#shared/es/service-models.js';
import { readSeedFile } from './adapters/seed-file.js';
import { app } from './domain/app.js';
import { category } from './domain/category.js';
import { seed, type Seed } from './domain/seed.js';
import { AppController } from './edge/app.controller.js';
import { CategoryController } from './edge/category.controller.js';
import { RightsController } from './edge/rights.controller.js';
import { appRevisions } from './read/app-revisions.js';
import { applications } from './read/applications.js';
import { approvals } from './read/approvals.js';
import { categoryAdministrators } from './read/category-administrators.js';
import { groupApprovals } from './read/group-approvals.js';
import { histories } from './read/histories.js';
import { disabledUsers, groupMembers, knownGroups } from './read/memberships.js';
import type { CatalogTables } from './read/tables.js';
import { seedCatalogue } from './process/seed-catalogue.js';
import { CATALOG } from './tokens.js';

const APPS = 'sortie.event.catalog.app.';
const SEED = 'sortie.event.catalog.seed.catalogue';

/** Its read models. */
export const CATALOG_MODELS = [
  ...[applications, approvals, groupApprovals, categoryAdministrators, appRevisions],
  ...[knownGroups, groupMembers, disabledUsers],
];

/** Opens the catalogue's read models and answers its operations. */
export async function openCatalog(
  host: ServiceHost,
): Promise<{ service: Service<CatalogTables>; module: DynamicModule }> {
  const service = await openService<CatalogTables>({
    ...host,
    name: 'catalog',
    // Who may see an app depends on who is in which group, which identity decides.
    follows: ['identity'],
    events: new Set([...CATALOG_EVENTS, ...IDENTITY_EVENTS]),
    migrations: join(import.meta.dirname, 'migrations'),
    models: CATALOG_MODELS,
    histories,
    deciders: { app: erased(app), category: erased(category), seed: erased(seed) },
  });
  const controllers = [AppController, RightsController, CategoryController];
  return { service, module: serviceModule(service, CATALOG, controllers) };
}

/** Loads the example catalogue if there never was an app (S-32). Returns how many apps it added. Errors: SeedFileError. */
export async function seedFrom(service: Service<CatalogTables>, path: string): Promise<number> {
  const rows = await service.reader
    .selectFrom('aggregates')
    .select(['stream', 'state'])
    .where((eb) => eb.or([eb('stream', 'like', `${APPS}%`), eb('stream', '=', SEED)]))
    .limit(2)
    .orderBy('stream', 'desc')
    .execute();
  const seeding = rows.find(({ stream }) => stream === SEED);
  const isUnfinished = seeding && (JSON.parse(seeding.state) as Seed).status === 'started';
  // The file matters only while there is something to load from it.
  if (rows.length > 0 && !isUnfinished) return 0;
  return seedCatalogue(service.commands, await readSeedFile(path));
}
