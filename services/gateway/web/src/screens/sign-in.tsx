import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { signIn } from '../account.js';
import { branding } from '../branding.js';
import { Brand } from '../parts/brand.js';
import { Field, formText } from '../parts/field.js';
import { Outside } from '../parts/outside.js';
import { asProblem, explainSignIn } from '../problem.js';

/** Asks for name and password; what the person wanted to see follows by itself. */
export function SignInScreen(): JSX.Element {
  const problem = useSignal('');
  const busy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!form.current || busy.value) return;
    busy.value = true;
    problem.value = '';
    try {
      await signIn(formText(form.current, 'name').trim(), formText(form.current, 'password'));
    } catch (thrown) {
      problem.value = explainSignIn(asProblem(thrown));
      form.current?.querySelector<HTMLInputElement>('[name=password]')?.select();
    } finally {
      busy.value = false;
    }
  };

  return (
    <Outside title="Sign in">
      <Brand />
      <h1>Sign in</h1>
      <p class="lead">to open your apps on {branding.value.tenant_name}</p>
      <form ref={form} class="stack" onSubmit={(event) => void submit(event)}>
        <Field label="Name">
          <input
            name="name"
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            required
            autofocus
          />
        </Field>
        <Field label="Password">
          <input name="password" type="password" autocomplete="current-password" required />
        </Field>
        <div role="alert">{problem.value && <p class="notice bad">{problem.value}</p>}</div>
        <button type="submit" class="button primary wide" disabled={busy.value}>
          {busy.value ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </Outside>
  );
}
