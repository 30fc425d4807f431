import type { JSX } from 'preact';
import { api } from '../api.js';
import { Loading, Trouble } from '../parts/states.js';
import { useResource } from '../resource.js';
import { tell, tellProblem } from '../toasts.js';
import { adminApi } from './admin-api.js';

interface Approvable {
  id: string;
  name: string;
  isApproved: boolean;
  approve: () => Promise<unknown>;
  withdraw: () => Promise<unknown>;
}

interface Access {
  groups: Approvable[];
  people: Approvable[];
}

/** Who may see an app of visibility 'approved': one switch a group and one a user. */
export function Approvals({ appId }: { appId: string }): JSX.Element {
  const { value, problem, reload } = useResource(() => loadAccess(appId), appId, [
    'catalog',
    'identity',
    'groups',
  ]);
  const change = async (who: Approvable, approve: boolean): Promise<void> => {
    try {
      await (approve ? who.approve() : who.withdraw());
      tell(approve ? `${who.name} can now see this app.` : `${who.name} was taken off the list.`);
    } catch (thrown) {
      tellProblem(thrown);
    }
    await reload();
  };
  if (problem.value) return <Trouble problem={problem.value} retry={() => void reload()} />;
  const access = value.value;
  if (!access) return <Loading what="Loading approvals" />;
  const set = (who: Approvable, approve: boolean): void => void change(who, approve);
  return (
    <section class="panel" aria-labelledby="approvals">
      <h2 id="approvals">Approved people</h2>
      <p class="hint">A change here takes effect at once. Administrators always see every app.</p>
      {access.people.length === 0 && (
        <p>
          There is nobody to approve yet. <a href="/admin/users">Add a user</a> first.
        </p>
      )}
      <Switches name="Groups" list={access.groups} set={set} />
      <Switches name="Users" list={access.people} set={set} />
    </section>
  );
}

function Switches(props: {
  name: string;
  list: readonly Approvable[];
  set: (who: Approvable, approve: boolean) => void;
}): JSX.Element | null {
  if (props.list.length === 0) return null;
  return (
    <fieldset class="checks-group">
      <legend>{props.name}</legend>
      <div class="checks">
        {props.list.map((who) => (
          <label key={who.id} class="check">
            <input
              type="checkbox"
              checked={who.isApproved}
              onChange={(event) => props.set(who, event.currentTarget.checked)}
            />
            {who.name}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

async function loadAccess(appId: string): Promise<Access> {
  const [{ users }, { groups }, { user_ids, group_ids }] = await Promise.all([
    adminApi.users(),
    adminApi.groups(),
    adminApi.approvals(appId),
  ]);
  return {
    people: users
      .filter((user) => user.role !== 'admin' && user.status === 'active')
      .map(({ id, name }) => ({
        id,
        name,
        isApproved: user_ids.includes(id),
        approve: () => api.approve(appId, id),
        withdraw: () => api.withdraw(appId, id),
      })),
    groups: groups.map(({ id, name }) => ({
      id,
      name,
      isApproved: group_ids.includes(id),
      approve: () => adminApi.approveGroup(appId, id),
      withdraw: () => adminApi.withdrawGroup(appId, id),
    })),
  };
}
