import type { IdentityEvent } from '#shared/contracts/identity.js';
import { rowModel } from '#shared/es/read-model.js';

export type UsernameRow = { name_key: string; user_id: string };

/** The same name in any case is the same name. */
export const nameKeyOf = (name: string): string => name.toLowerCase();

/** Who holds which name, whether or not the holder was registered in the end. */
export const usernames = rowModel<IdentityEvent, UsernameRow>({
  table: 'usernames',
  version: 1,
  key: 'name_key',
  keysOf: (event) => (event.type === 'UsernameClaimed' ? [nameKeyOf(event.data.name)] : []),
  project: (row, event, name_key) =>
    event.type === 'UsernameClaimed' ? { name_key, user_id: event.data.userId } : row,
});
