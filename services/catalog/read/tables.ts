import type { DecisionTables } from '#shared/adapters/kysely-decision-store.js';
import type { AppRevisionRow } from './app-revisions.js';
import type { ApplicationRow } from './applications.js';
import type { ApprovalRow } from './approvals.js';
import type { CategoryAdministratorRow } from './category-administrators.js';
import type { GroupApprovalRow } from './group-approvals.js';
import type { DisabledUserRow, GroupMemberRow, KnownGroupRow } from './memberships.js';

export type CatalogTables = DecisionTables & {
  applications: ApplicationRow;
  approvals: ApprovalRow;
  group_approvals: GroupApprovalRow;
  known_groups: KnownGroupRow;
  group_members: GroupMemberRow;
  disabled_users: DisabledUserRow;
  category_administrators: CategoryAdministratorRow;
  app_revisions: AppRevisionRow;
};
