import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { changePassword, me, signOut } from '../account.js';
import { Brand } from '../parts/brand.js';
import { Field, formText } from '../parts/field.js';
import { Outside } from '../parts/outside.js';
import { asProblem, Problem } from '../problem.js';
import { tell } from '../toasts.js';

/** Has a person choose a password of their own before anything else. */
export function PasswordScreen(): JSX.Element {
  return (
    <Outside title="Choose a password">
      <Brand />
      <h1>Choose a password</h1>
      <p class="lead">
        Welcome, {me.value?.name}. The password that you were given works once; choose one that only
        you know.
      </p>
      <PasswordForm />
      <p class="centered">
        <button type="button" class="button quiet" onClick={() => void signOut()}>
          Sign out
        </button>
      </p>
    </Outside>
  );
}

/** Changes the own password. */
export function PasswordForm(): JSX.Element {
  const problem = useSignal<Problem | undefined>(undefined);
  const busy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  const errorOf = (field: string): string | undefined =>
    problem.value?.errors.find((error) => error.field === field)?.message;

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!form.current || busy.value) return;
    const [current, next, again] = ['current_password', 'new_password', 'again'].map((name) =>
      formText(form.current as HTMLFormElement, name),
    ) as [string, string, string];
    busy.value = true;
    problem.value = next === again ? undefined : differing();
    if (!problem.value)
      await change(current, next).catch((thrown: unknown) => (problem.value = explain(thrown)));
    busy.value = false;
  };

  return (
    <form ref={form} class="stack" onSubmit={(event) => void submit(event)}>
      <Field label="Current password" error={errorOf('current_password')}>
        <input name="current_password" type="password" autocomplete="current-password" required />
      </Field>
      <Field
        label="New password"
        hint="A few words in a row are strong and easy to remember."
        error={errorOf('new_password')}
      >
        <input name="new_password" type="password" autocomplete="new-password" required />
      </Field>
      <Field label="New password again" error={errorOf('again')}>
        <input name="again" type="password" autocomplete="new-password" required />
      </Field>
      <div role="alert">
        {problem.value && problem.value.errors.length === 0 && (
          <p class="notice bad">{problem.value.message}</p>
        )}
      </div>
      <button type="submit" class="button primary" disabled={busy.value}>
        Change password
      </button>
    </form>
  );
}

async function change(current: string, next: string): Promise<void> {
  await changePassword(current, next);
  tell('Your password was changed.');
}

function differing(): Problem {
  const message = 'This differs from the new password above.';
  return new Problem({ status: 422, message, errors: [{ field: 'again', message }] });
}

function explain(thrown: unknown): Problem {
  const problem = asProblem(thrown);
  if (problem.code !== 'PasswordWrong' && problem.status !== 401) return problem;
  const message = 'This is not your current password.';
  return new Problem({ status: 401, message, errors: [{ field: 'current_password', message }] });
}
