import { type Signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { Role, User } from '../api-types.js';
import { api } from '../api.js';
import { Field, formText } from '../parts/field.js';
import { asProblem } from '../problem.js';
import { tell } from '../toasts.js';
import { adminApi } from './admin-api.js';
import { EraseUser } from './erase-user.js';
import { ShownOnce } from './shown-once.js';
import { ROLES } from './words.js';

interface Act {
  name: string;
  /** What it does, in the place where others ask whether one is sure. */
  text: string;
  act: () => Promise<unknown>;
  told: string;
}

interface ManageUserProps {
  user: User;
  changed: () => void;
  done: () => void;
}

/** Everything that an administrator can do about somebody else. */
export function ManageUser({ user, changed, done }: ManageUserProps): JSX.Element {
  const password = useSignal('');
  const erasing = useSignal(false);
  const trouble = useSignal('');
  const attempt = async (act: () => Promise<unknown>, told: string): Promise<void> => {
    trouble.value = '';
    try {
      await act();
      if (told) tell(told);
      changed();
    } catch (thrown) {
      trouble.value = asProblem(thrown).message;
    }
  };
  if (password.value) {
    return (
      <ShownOnce password={password.value} done={done}>
        Give <strong>{user.name}</strong> this password. It is shown only now; they choose their own
        at the next sign-in, and all their sign-ins have ended.
      </ShownOnce>
    );
  }
  if (erasing.value) return <EraseUser user={user} erased={changed} done={done} />;
  return (
    <div class="stack manage">
      {user.status === 'active' ? (
        <>
          <RoleForm user={user} attempt={attempt} />
          <ul class="acts">
            {actsOn(user, password).map((act) => (
              <ActLine key={act.name} act={act} attempt={attempt} />
            ))}
          </ul>
        </>
      ) : (
        <div class="act">
          <p class="hint">
            Makes their name and addresses unreadable everywhere, in the log too. You see first what
            that would be.
          </p>
          <button type="button" class="button danger-text" onClick={() => (erasing.value = true)}>
            Erase…
          </button>
        </div>
      )}
      <div role="alert">{trouble.value && <p class="notice bad">{trouble.value}</p>}</div>
      <div class="actions">
        <button type="button" class="button" onClick={done}>
          Close
        </button>
      </div>
    </div>
  );
}

type Attempt = (act: () => Promise<unknown>, told: string) => Promise<void>;

function RoleForm({ user, attempt }: { user: User; attempt: Attempt }): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const role = form.current && (formText(form.current, 'role') as Role);
    if (!role) return;
    const told = `${user.name} is ${ROLES[role].short.toLowerCase()} now.`;
    void attempt(() => changeRole(user.id, role), told);
  };
  return (
    <form ref={form} class="pick" onSubmit={submit}>
      <Field label="Role">
        <select name="role">
          {(Object.keys(ROLES) as Role[]).map((role) => (
            <option key={role} value={role} selected={role === user.role}>
              {ROLES[role].short}: {ROLES[role].long.toLowerCase()}
            </option>
          ))}
        </select>
      </Field>
      <button type="submit" class="button">
        Change role
      </button>
    </form>
  );
}

// A second click on the same place does it: the button asks in its own words.
function ActLine({ act, attempt }: { act: Act; attempt: Attempt }): JSX.Element {
  const asked = useSignal(false);
  const press = (): void => {
    if (asked.value) void attempt(act.act, act.told);
    asked.value = !asked.value;
  };
  return (
    <li class="act">
      <p class="hint">{act.text}</p>
      <button type="button" class={`button ${asked.value ? 'danger' : ''}`} onClick={press}>
        {asked.value ? `Yes, ${act.name.toLowerCase()}` : act.name}
      </button>
    </li>
  );
}

function actsOn(user: User, password: Signal<string>): Act[] {
  return [
    {
      name: 'Reset password',
      text: 'A new password for them, shown to you once.',
      act: async () => {
        password.value = (await adminApi.resetPassword(user.id)).password ?? '';
      },
      told: '',
    },
    {
      name: 'Sign out everywhere',
      text: 'Ends all their sign-ins. API tokens go on.',
      act: () => adminApi.signOutUser(user.id),
      told: `${user.name} was signed out everywhere.`,
    },
    {
      name: 'Remove second factor',
      text: 'When they have lost it: the password alone signs them in again.',
      act: () => adminApi.removeSecondFactor(user.id),
      told: `${user.name} signs in without a second factor now.`,
    },
    {
      name: 'Disable',
      text: 'They are signed out and cannot sign in again. What they did stays in the audit trail.',
      act: () => api.disableUser(user.id),
      told: `${user.name} was disabled.`,
    },
  ];
}

async function changeRole(id: string, role: Role): Promise<void> {
  const { etag } = await adminApi.user(id);
  await adminApi.changeRole(id, role, etag);
}
