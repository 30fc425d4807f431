import type { IdentityEvent, UserRole } from '#shared/contracts/identity.js';
import { ERASED_NAME } from '#shared/es/personal.js';
import { rowModel } from '#shared/es/read-model.js';

export type UserRow = {
  id: string;
  /** A personal text: in nobody's database stands a name. */
  name: string;
  role: UserRole;
  status: 'active' | 'disabled' | 'erased';
  created_at: string;
  version: number;
};

/** Everybody who was ever registered. */
export const users = rowModel<IdentityEvent, UserRow>({
  table: 'users',
  // 2: without the name in lower case.
  version: 2,
  key: 'id',
  keysOf: (event) =>
    event.type === 'UserRegistered' ||
    event.type === 'UserDisabled' ||
    event.type === 'UserRoleChanged' ||
    event.type === 'PasswordChanged' ||
    event.type === 'PersonErased'
      ? [event.data.userId]
      : [],
  project(row, event, id) {
    const version = event.sequence;
    if (event.type === 'UserRegistered') {
      const { name, role } = event.data;
      const created_at = event.cloud.time;
      return { id, name, role, status: 'active', created_at, version };
    }
    if (event.type === 'UserDisabled') return row && { ...row, status: 'disabled', version };
    if (event.type === 'UserRoleChanged') return row && { ...row, role: event.data.to, version };
    if (event.type === 'PersonErased') {
      return row && { ...row, name: ERASED_NAME, status: 'erased', version };
    }
    return row && { ...row, version };
  },
});
