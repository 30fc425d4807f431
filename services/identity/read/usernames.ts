import type { IdentityEvent } from '#shared/contracts/identity.js';
import { partsOf } from '#shared/es/commit.js';
import { rowModel } from '#shared/es/read-model.js';

export type UsernameRow = {
  /** Id of the name's stream, which says nothing about the name. */
  stream_id: string;
  user_id: string;
};

/** Who holds which name, whether or not the holder was registered in the end. */
export const usernames = rowModel<IdentityEvent, UsernameRow>({
  table: 'usernames',
  // 2: by stream, not by name.
  version: 2,
  key: 'stream_id',
  keysOf: (event) => (event.type === 'UsernameClaimed' ? [partsOf(event.stream).id] : []),
  project: (row, event, stream_id) =>
    event.type === 'UsernameClaimed' ? { stream_id, user_id: event.data.userId } : row,
});
