import type { IdentityEvent, UserRole } from '#shared/contracts/identity.js';
import { rowModel } from '#shared/es/read-model.js';
import { nameKeyOf } from './usernames.js';

export type UserRow = {
  id: string;
  name: string;
  /** The name as it is looked up and sorted by. */
  name_key: string;
  role: UserRole;
  status: 'active' | 'disabled';
  created_at: string;
  version: number;
};

/** Everybody who was ever registered. */
export const users = rowModel<IdentityEvent, UserRow>({
  table: 'users',
  version: 1,
  key: 'id',
  keysOf: (event) =>
    event.type === 'UserRegistered' ||
    event.type === 'UserDisabled' ||
    event.type === 'PasswordChanged'
      ? [event.data.userId]
      : [],
  project(row, event, id) {
    const version = event.sequence;
    if (event.type === 'UserRegistered') {
      const { name, role } = event.data;
      const created_at = event.cloud.time;
      return { id, name, name_key: nameKeyOf(name), role, status: 'active', created_at, version };
    }
    if (event.type === 'UserDisabled') return row && { ...row, status: 'disabled', version };
    return row && { ...row, version };
  },
});
