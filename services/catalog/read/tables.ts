import type { DecisionTables } from '#shared/adapters/kysely-decision-store.js';
import type { ApplicationRow } from './applications.js';
import type { ApprovalRow } from './approvals.js';

export type CatalogTables = DecisionTables & {
  applications: ApplicationRow;
  approvals: ApprovalRow;
};
