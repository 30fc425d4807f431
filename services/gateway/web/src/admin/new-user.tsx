import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { Role } from '../api-types.js';
import { api } from '../api.js';
import { Field, formText } from '../parts/field.js';
import { type Problem, asProblem } from '../problem.js';
import { ShownOnce } from './shown-once.js';
import { ROLES } from './words.js';

interface NewUserProps {
  added: () => void;
  done: () => void;
}

/** Creates a user, and shows the generated password the one time that it can be seen. */
export function NewUser({ added, done }: NewUserProps): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  const problem = useSignal<Problem | undefined>(undefined);
  const created = useSignal<{ name: string; password: string } | undefined>(undefined);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!form.current) return;
    const name = formText(form.current, 'name').trim();
    const role = formText(form.current, 'role') as Role;
    problem.value = undefined;
    try {
      const { password } = await api.createUser(name, role);
      added();
      if (password) created.value = { name, password };
      else done();
    } catch (thrown) {
      problem.value = asProblem(thrown);
    }
  };

  if (created.value) {
    return (
      <ShownOnce password={created.value.password} done={done}>
        Give <strong>{created.value.name}</strong> this password. It is shown only now, and they
        choose their own when they first sign in.
      </ShownOnce>
    );
  }
  const nameError = problem.value?.errors.find((error) => error.field === 'name')?.message;
  return (
    <form ref={form} class="stack" onSubmit={(event) => void submit(event)}>
      <Field label="Name" hint="What they sign in with." error={nameError}>
        <input
          name="name"
          required
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          autofocus
        />
      </Field>
      <Field label="Role">
        <select name="role">
          {(Object.keys(ROLES) as Role[]).map((role) => (
            <option key={role} value={role}>
              {ROLES[role].short}: {ROLES[role].long.toLowerCase()}
            </option>
          ))}
        </select>
      </Field>
      <div role="alert">
        {problem.value && !nameError && <p class="notice bad">{problem.value.message}</p>}
      </div>
      <div class="actions">
        <button type="button" class="button" onClick={done}>
          Cancel
        </button>
        <button type="submit" class="button primary">
          Add the user
        </button>
      </div>
    </form>
  );
}
