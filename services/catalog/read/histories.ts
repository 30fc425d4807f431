import { historyOf } from '#shared/es/history.js';
import { applications } from './applications.js';
import { approvals } from './approvals.js';
import { categoryAdministrators } from './category-administrators.js';
import { groupApprovals } from './group-approvals.js';
import { disabledUsers, groupMembers, knownGroups } from './memberships.js';

/** The tables that answer for the past, too: the apps, and everything that tells who could see them. */
export const histories = [
  historyOf(applications),
  historyOf(approvals, { columns: ['app_id', 'user_id'] }),
  historyOf(groupApprovals, { columns: ['app_id', 'group_id'] }),
  historyOf(knownGroups),
  historyOf(groupMembers, { columns: ['group_id', 'user_id'] }),
  historyOf(disabledUsers),
  historyOf(categoryAdministrators, { columns: ['user_id', 'category'] }),
];
