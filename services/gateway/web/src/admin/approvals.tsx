import type { JSX } from 'preact';
import type { User } from '../api-types.js';
import { api } from '../api.js';
import { Loading, Trouble } from '../parts/states.js';
import { useResource } from '../resource.js';
import { tell, tellProblem } from '../toasts.js';

interface Access {
  users: User[];
  approved: Set<string>;
}

/** Who may see an app of visibility 'approved': one switch a user. */
export function Approvals({ appId }: { appId: string }): JSX.Element {
  const { value, problem, reload } = useResource(() => loadAccess(appId), appId, [
    'catalog',
    'identity',
  ]);
  const change = async (user: User, approve: boolean): Promise<void> => {
    try {
      await (approve ? api.approve(appId, user.id) : api.withdraw(appId, user.id));
      tell(
        approve ? `${user.name} can now see this app.` : `${user.name} can no longer see this app.`,
      );
    } catch (thrown) {
      tellProblem(thrown);
    }
    await reload();
  };
  if (problem.value) return <Trouble problem={problem.value} retry={() => void reload()} />;
  const access = value.value;
  if (!access) return <Loading what="Loading approvals" />;
  return (
    <section class="panel" aria-labelledby="approvals">
      <h2 id="approvals">Approved people</h2>
      <p class="hint">A change here takes effect at once. Administrators always see every app.</p>
      {access.users.length === 0 && (
        <p>
          There is nobody to approve yet. <a href="/admin/users">Add a user</a> first.
        </p>
      )}
      <div class="checks">
        {access.users.map((user) => (
          <label key={user.id} class="check">
            <input
              type="checkbox"
              checked={access.approved.has(user.id)}
              onChange={(event) => void change(user, event.currentTarget.checked)}
            />
            {user.name}
          </label>
        ))}
      </div>
    </section>
  );
}

async function loadAccess(appId: string): Promise<Access> {
  const [{ users }, { user_ids }] = await Promise.all([api.users(), api.approvals(appId)]);
  return {
    users: users.filter((user) => user.role !== 'admin' && user.status !== 'disabled'),
    approved: new Set(user_ids),
  };
}
