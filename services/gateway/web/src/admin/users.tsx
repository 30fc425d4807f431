import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { me } from '../account.js';
import type { User } from '../api-types.js';
import { sayField } from '../changes.js';
import { nowMs } from '../clock.js';
import { Dialog } from '../parts/dialog.js';
import { Icon } from '../parts/icons.js';
import { Loading, Trouble } from '../parts/states.js';
import { useResource } from '../resource.js';
import { sayExactly, sayWhen } from '../times.js';
import { adminApi } from './admin-api.js';
import { ManageUser } from './manage-user.js';
import { NewUser } from './new-user.js';
import { sayRole } from './words.js';

/** Who can sign in. */
export function UsersScreen(): JSX.Element {
  const adding = useSignal(false);
  const managed = useSignal('');
  const { value, problem, reload } = useResource(async () => (await adminApi.users()).users, '', [
    'identity',
  ]);
  if (problem.value) return <Trouble problem={problem.value} retry={() => void reload()} />;
  if (!value.value) return <Loading what="Loading users" />;
  const current = value.value.find(({ id }) => id === managed.value);
  const close = (): void => void (managed.value = '');
  return (
    <>
      <div class="bar">
        <p class="muted">{value.value.length === 1 ? '1 user' : `${value.value.length} users`}</p>
        <button type="button" class="button primary" onClick={() => (adding.value = true)}>
          <Icon name="plus" /> Add a user
        </button>
      </div>
      <div class="table-box" tabIndex={0} role="region" aria-label="Users">
        <table class="stacking">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Role</th>
              <th scope="col">Status</th>
              <th scope="col">Added</th>
              <th scope="col">
                <span class="unseen">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {value.value.map((user) => (
              <UserRow key={user.id} user={user} manage={() => (managed.value = user.id)} />
            ))}
          </tbody>
        </table>
      </div>
      <Dialog title="Add a user" open={adding.value} onClose={() => (adding.value = false)}>
        <NewUser
          done={() => {
            adding.value = false;
          }}
          added={() => void reload()}
        />
      </Dialog>
      <Dialog title={current?.name ?? ''} open={current !== undefined} onClose={close}>
        {current && (
          <ManageUser key={current.id} user={current} changed={() => void reload()} done={close} />
        )}
      </Dialog>
    </>
  );
}

function UserRow({ user, manage }: { user: User; manage: () => void }): JSX.Element {
  const isDisabled = user.status !== 'active';
  return (
    <tr class={isDisabled ? 'faded' : ''}>
      <td>
        <strong>{user.name}</strong>
      </td>
      <td data-label="Role">{sayRole(user.role)}</td>
      <td data-label="Status">
        <span class={`chip ${isDisabled ? '' : 'chip-running'}`}>{sayField(user.status)}</span>
      </td>
      <td data-label="Added" title={sayExactly(user.created_at)}>
        {sayWhen(user.created_at, nowMs.value)}
      </td>
      <td class="end">
        {user.status !== 'erased' && user.id !== me.value?.id && (
          <button
            type="button"
            class="button quiet"
            aria-label={`Manage ${user.name}`}
            onClick={manage}
          >
            Manage
          </button>
        )}
      </td>
    </tr>
  );
}
