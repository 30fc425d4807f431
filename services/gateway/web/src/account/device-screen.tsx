import '../../styles/account.css';
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { api } from '../api.js';
import type { DeviceRequest } from '../api-types.js';
import { nowMs } from '../clock.js';
import { takeFragment } from '../fragment.js';
import { Field, formText } from '../parts/field.js';
import { Page } from '../parts/page.js';
import { Empty } from '../parts/states.js';
import { asProblem } from '../problem.js';
import { sayWhen } from '../times.js';
import { sayScopes } from './scopes.js';

type Asked = DeviceRequest & { code: string };

/** Lets a program on another device sign in as the person, once they have compared its code. */
export function DeviceScreen(): JSX.Element {
  const asked = useSignal<Asked | undefined>(undefined);
  const done = useSignal<'approved' | 'refused' | undefined>(undefined);
  const problem = useSignal('');
  const attempt = async (action: () => Promise<void>): Promise<void> => {
    problem.value = '';
    try {
      await action();
    } catch (thrown) {
      problem.value = asProblem(thrown).message;
    }
  };
  const show = (code: string): Promise<void> =>
    attempt(async () => {
      asked.value = { ...(await api.deviceRequest(code)), code };
    });
  const answer = (approve: boolean): Promise<void> =>
    attempt(async () => {
      await api.approveDevice(asked.value?.code ?? '', approve);
      done.value = approve ? 'approved' : 'refused';
    });
  useEffect(() => {
    const code = takeFragment();
    if (code) void show(code);
  }, []);
  return (
    <Page title="Sign in a program">
      <div class="narrow stack">
        {done.value && <Done how={done.value} />}
        {!done.value && !asked.value && <CodeForm onCode={(code) => void show(code)} />}
        {!done.value && asked.value && (
          <Question asked={asked.value} answer={(approve) => void answer(approve)} />
        )}
        <div role="alert">{problem.value && <p class="notice bad">{problem.value}</p>}</div>
      </div>
    </Page>
  );
}

function CodeForm({ onCode }: { onCode: (code: string) => void }): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (form.current) onCode(formText(form.current, 'code').trim().toUpperCase());
  };
  return (
    <form ref={form} class="stack" onSubmit={submit}>
      <Field label="Code" hint="Type the code that the program shows, like ABCD-EFGH.">
        <input
          name="code"
          class="code"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          maxLength={16}
          required
        />
      </Field>
      <p>
        <button type="submit" class="button primary">
          Continue
        </button>
      </p>
    </form>
  );
}

function Question(props: { asked: Asked; answer: (approve: boolean) => void }): JSX.Element {
  const { asked } = props;
  return (
    <>
      <p>
        A program wants to act for you. Allow it only if you started it yourself just now, and it
        shows this code:
      </p>
      <p class="secret">{asked.code}</p>
      <dl class="facts">
        <dt>Name</dt>
        <dd>{asked.name}</dd>
        <dt>It may use</dt>
        <dd>{sayScopes(asked.scopes)}</dd>
        <dt>For</dt>
        <dd>{asked.expires_in_days} days</dd>
        <dt>Asked</dt>
        <dd>
          {sayWhen(asked.started_at, nowMs.value)}
          {asked.ip && ` from ${asked.ip}`}
        </dd>
      </dl>
      <div class="actions">
        <button type="button" class="button" onClick={() => props.answer(false)}>
          Refuse
        </button>
        <button type="button" class="button primary" onClick={() => props.answer(true)}>
          Allow it
        </button>
      </div>
    </>
  );
}

function Done({ how }: { how: 'approved' | 'refused' }): JSX.Element {
  return (
    <div role="status">
      <Empty
        icon={how === 'approved' ? 'check' : 'close'}
        title={how === 'approved' ? 'The program is signed in' : 'The program was refused'}
      >
        <p>
          {how === 'approved'
            ? 'You can close this page. Its token is under Account, API tokens.'
            : 'It gets no access. If you did not start it, nobody else did any harm.'}
        </p>
      </Empty>
    </div>
  );
}
