import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { signIn } from '../account.js';
import type { Provider } from '../api-types.js';
import { api } from '../api.js';
import { branding } from '../branding.js';
import { keepFragment } from '../fragment.js';
import { Brand } from '../parts/brand.js';
import { Field, formText } from '../parts/field.js';
import { Outside } from '../parts/outside.js';
import { asProblem, explainSignIn } from '../problem.js';
import { takeSignInProblem } from '../sign-in-problem.js';

type Typed = { name: string; password: string };

/** Asks for name and password, then for a code where there is a second factor; what the person wanted to see follows by itself. */
export function SignInScreen(): JSX.Element {
  const problem = useSignal('');
  const busy = useSignal(false);
  // Kept between the two steps, in this page's memory only.
  const typed = useSignal<Typed | undefined>(undefined);
  useEffect(() => {
    problem.value = takeSignInProblem();
  }, []);

  const attempt = async ({ name, password }: Typed, code?: string): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    problem.value = '';
    try {
      await signIn(name, password, code);
    } catch (thrown) {
      const why = asProblem(thrown);
      if (why.code === 'SecondFactorRequired') typed.value = { name, password };
      else problem.value = explainSignIn(why);
    } finally {
      busy.value = false;
    }
  };
  return (
    <Outside title="Sign in">
      <Brand />
      {typed.value ? (
        <CodeStep
          problem={problem.value}
          busy={busy.value}
          onCode={(code) => typed.value && attempt(typed.value, code)}
          onBack={() => {
            typed.value = undefined;
            problem.value = '';
          }}
        />
      ) : (
        <PasswordStep problem={problem.value} busy={busy.value} onTyped={attempt} />
      )}
    </Outside>
  );
}

function PasswordStep(props: {
  problem: string;
  busy: boolean;
  onTyped: (typed: Typed) => Promise<void>;
}): JSX.Element {
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    await props.onTyped({
      name: formText(form, 'name').trim(),
      password: formText(form, 'password'),
    });
    form.querySelector<HTMLInputElement>('[name=password]')?.select();
  };
  return (
    <>
      <h1>Sign in</h1>
      <p class="lead">to open your apps on {branding.value.tenant_name}</p>
      <form class="stack" onSubmit={(event) => void submit(event)}>
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
        <Notice problem={props.problem} />
        <button type="submit" class="button primary wide" disabled={props.busy}>
          {props.busy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
      <Providers />
    </>
  );
}

function CodeStep(props: {
  problem: string;
  busy: boolean;
  onCode: (code: string) => Promise<void> | undefined;
  onBack: () => void;
}): JSX.Element {
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    await props.onCode(formText(form, 'code').replaceAll(/\s/g, ''));
    form.querySelector<HTMLInputElement>('[name=code]')?.select();
  };
  return (
    <>
      <h1>Second factor</h1>
      <p class="lead">Type the code that your authenticator app shows, or a recovery code.</p>
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <Field label="Code">
          <input
            name="code"
            autocomplete="one-time-code"
            autocapitalize="none"
            spellcheck={false}
            maxLength={40}
            required
            autofocus
          />
        </Field>
        <Notice problem={props.problem} />
        <button type="submit" class="button primary wide" disabled={props.busy}>
          {props.busy ? 'Signing in…' : 'Continue'}
        </button>
        <button type="button" class="button quiet" onClick={props.onBack}>
          Back
        </button>
      </form>
    </>
  );
}

function Notice({ problem }: { problem: string }): JSX.Element {
  return <div role="alert">{problem && <p class="notice bad">{problem}</p>}</div>;
}

/** Other places to sign in at, when this installation knows any. */
function Providers(): JSX.Element | null {
  const providers = useSignal<readonly Provider[]>([]);
  useEffect(() => {
    void api.providers().then(
      (found) => (providers.value = found.providers),
      // Whoever can't be told of other ways in still has the one with a password.
      () => undefined,
    );
  }, []);
  if (providers.value.length === 0) return null;
  return (
    <div class="providers">
      <p class="or">or</p>
      {providers.value.map((provider) => (
        <a
          key={provider.id}
          class="button wide"
          href={`${provider.url}?to=${encodeURIComponent(location.pathname + location.search)}`}
          onClick={keepFragment}
        >
          Sign in with {provider.name}
        </a>
      ))}
    </div>
  );
}
