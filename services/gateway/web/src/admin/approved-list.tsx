import type { JSX } from 'preact';
import { sayUser } from '../account.js';
import { api } from '../api.js';
import { Icon } from '../parts/icons.js';
import { Loading, Trouble } from '../parts/states.js';
import { useResource } from '../resource.js';
import { tell, tellProblem } from '../toasts.js';
import { nameOrId } from '../user-names.js';
import { adminApi } from './admin-api.js';

interface Entry {
  id: string;
  name: string;
  withdraw: () => Promise<unknown>;
}

/** Who may see an app of visibility 'approved', to somebody who may take them off the list and not list everybody there is. */
export function ApprovedList({ appId }: { appId: string }): JSX.Element {
  const { value, problem, reload } = useResource(() => loadList(appId), appId, ['catalog']);
  const takeOff = async ({ name, withdraw }: Entry): Promise<void> => {
    await withdraw().then(() => tell(`${name} was taken off the list.`), tellProblem);
    await reload();
  };
  if (problem.value) return <Trouble problem={problem.value} retry={() => void reload()} />;
  const list = value.value;
  if (!list) return <Loading what="Loading approvals" />;
  return (
    <section class="panel stack" aria-labelledby="approvals">
      <h2 id="approvals">Approved people</h2>
      <p class="hint">
        You can take people off this list, at once. Administrators, who know everybody, let more in.
      </p>
      {list.length === 0 && (
        <p class="muted">Nobody is on it: only whoever looks after it sees it.</p>
      )}
      <ul class="members">
        {list.map((entry) => (
          <li key={entry.id}>
            {entry.name}
            <button
              type="button"
              class="button quiet small icon-only"
              onClick={() => void takeOff(entry)}
            >
              <Icon name="close" />
              <span class="unseen">Take {entry.name} off the list</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

async function loadList(appId: string): Promise<Entry[]> {
  const { user_ids, group_ids, users } = await adminApi.approvals(appId);
  const names = new Map(users.map(({ id, name }) => [id, name]));
  return [
    ...group_ids.map((id) => ({
      id,
      name: nameOrId(id, undefined, 'group'),
      withdraw: () => adminApi.withdrawGroup(appId, id),
    })),
    ...user_ids.map((id) => ({
      id,
      name: sayUser(id, names.get(id)),
      withdraw: () => api.withdraw(appId, id),
    })),
  ];
}
