import type { ApplicationRow } from './applications.js';
import type { ApprovalRow } from './approvals.js';

export type CatalogTables = { applications: ApplicationRow; approvals: ApprovalRow };
