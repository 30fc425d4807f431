import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { ApiTokenDraft } from '../api-types.js';
import { api } from '../api.js';
import { Field, formText } from '../parts/field.js';
import { asProblem } from '../problem.js';
import { SCOPE_AREAS } from './scopes.js';

const DAYS: readonly (readonly [days: number, label: string])[] = [
  [7, '7 days'],
  [30, '30 days'],
  [90, '90 days'],
  [365, 'a year'],
];

/** Asks what a new token is called, what it may do, and for how long. */
export function TokenForm(props: {
  onCancel: () => void;
  onMade: (token: string) => void;
}): JSX.Element {
  const problem = useSignal('');
  const busy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!form.current || busy.value) return;
    const scopes = new FormData(form.current).getAll('scope').map(String).filter(Boolean);
    if (scopes.length === 0) {
      problem.value = 'Allow it something: a token that may do nothing is good for nothing.';
      return;
    }
    busy.value = true;
    problem.value = '';
    try {
      const { token } = await api.createToken({
        name: formText(form.current, 'name').trim(),
        scopes: scopes.flatMap((scope) => scope.split(' ')) as ApiTokenDraft['scopes'],
        expires_in_days: Number(formText(form.current, 'days')),
      });
      if (token) props.onMade(token);
    } catch (thrown) {
      const { errors, message } = asProblem(thrown);
      problem.value = errors[0] ? `${errors[0].field}: ${errors[0].message}` : message;
    } finally {
      busy.value = false;
    }
  };
  return (
    <form ref={form} class="stack" onSubmit={(event) => void submit(event)}>
      <Field label="Name" hint="What it is for, like “nightly report”.">
        <input name="name" maxLength={64} autocomplete="off" required autofocus />
      </Field>
      <Scopes />
      <Field label="Valid for">
        <select name="days">
          {DAYS.map(([days, label]) => (
            <option key={days} value={days} selected={days === 90}>
              {label}
            </option>
          ))}
        </select>
      </Field>
      <div role="alert">{problem.value && <p class="notice bad">{problem.value}</p>}</div>
      <div class="actions">
        <button type="button" class="button" onClick={props.onCancel}>
          Cancel
        </button>
        <button type="submit" class="button primary" disabled={busy.value}>
          Make the token
        </button>
      </div>
    </form>
  );
}

function Scopes(): JSX.Element {
  return (
    <fieldset class="scopes">
      <legend>It may use</legend>
      {SCOPE_AREAS.map(({ area, name, read, write }) => (
        <div key={area} class="scope">
          <label for={`scope-${area}`}>{name}</label>
          <select id={`scope-${area}`} name="scope">
            <option value="">Nothing</option>
            <option value={`${area}:read`}>Read: {read.toLowerCase()}</option>
            <option value={`${area}:read ${area}:write`}>Write too: {write.toLowerCase()}</option>
          </select>
        </div>
      ))}
    </fieldset>
  );
}
