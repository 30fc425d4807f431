import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { me } from '../account.js';
import type { User } from '../api-types.js';
import { api } from '../api.js';
import { nowMs } from '../clock.js';
import { confirm } from '../parts/confirm.js';
import { Dialog } from '../parts/dialog.js';
import { Icon } from '../parts/icons.js';
import { Loading, Trouble } from '../parts/states.js';
import { useResource } from '../resource.js';
import { sayExactly, sayWhen } from '../times.js';
import { tell, tellProblem } from '../toasts.js';
import { NewUser } from './new-user.js';

/** Who can sign in. */
export function UsersScreen(): JSX.Element {
  const adding = useSignal(false);
  const { value, problem, reload } = useResource(async () => (await api.users()).users, '', [
    'identity',
  ]);
  if (problem.value) return <Trouble problem={problem.value} retry={() => void reload()} />;
  if (!value.value) return <Loading what="Loading users" />;
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
              <UserRow key={user.id} user={user} onChange={() => void reload()} />
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
    </>
  );
}

function UserRow({ user, onChange }: { user: User; onChange: () => void }): JSX.Element {
  const isDisabled = user.status === 'disabled';
  return (
    <tr class={isDisabled ? 'faded' : ''}>
      <td>
        <strong>{user.name}</strong>
      </td>
      <td data-label="Role">{user.role}</td>
      <td data-label="Status">
        <span class={`chip ${isDisabled ? '' : 'chip-running'}`}>
          {isDisabled ? 'Disabled' : 'Active'}
        </span>
      </td>
      <td data-label="Added" title={sayExactly(user.created_at)}>
        {sayWhen(user.created_at, nowMs.value)}
      </td>
      <td class="end">
        {!isDisabled && user.id !== me.value?.id && (
          <button
            type="button"
            class="button quiet danger-text"
            aria-label={`Disable ${user.name}`}
            onClick={() => void disable(user).then(onChange)}
          >
            Disable
          </button>
        )}
      </td>
    </tr>
  );
}

async function disable(user: User): Promise<void> {
  const agreed = await confirm({
    title: `Disable ${user.name}?`,
    text: 'They are signed out at once and cannot sign in again. What they did stays in the audit trail.',
    yes: 'Yes, disable',
    no: 'Keep active',
  });
  if (!agreed) return;
  await api.disableUser(user.id).then(() => tell(`${user.name} was disabled.`), tellProblem);
}
