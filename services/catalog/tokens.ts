import type { Service } from '#shared/boot/service.js';
import type { CatalogTables } from './read/tables.js';

/** Names the {@link Catalog} for Nest, which can't inject a type. */
export const CATALOG = Symbol('catalog');

/** What the catalogue's controllers and processes work with. */
export type Catalog = Service<CatalogTables>;
