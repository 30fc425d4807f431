import { historyOf } from '#shared/es/history.js';
import { groupMembers, groups } from './groups.js';
import { users } from './users.js';

/** The tables that answer for the past, too: who there was, with what rights, and in which groups. */
export const histories = [
  historyOf(users),
  historyOf(groups, { columns: ['name_key'] }),
  historyOf(groupMembers, { columns: ['group_id', 'user_id'] }),
];
