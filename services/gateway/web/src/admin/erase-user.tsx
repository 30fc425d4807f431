import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { Erasure, User } from '../api-types.js';
import { sayField } from '../changes.js';
import { Field, formText } from '../parts/field.js';
import { Loading, Trouble } from '../parts/states.js';
import { asProblem } from '../problem.js';
import { useResource } from '../resource.js';
import { tell } from '../toasts.js';
import { adminApi } from './admin-api.js';

interface EraseUserProps {
  user: User;
  erased: () => void;
  done: () => void;
}

/** Shows what erasing would do, and does it when the name is typed. */
export function EraseUser({ user, erased, done }: EraseUserProps): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  const trouble = useSignal('');
  const { value, problem, reload } = useResource(() => adminApi.erasure(user.id), user.id);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!form.current) return;
    trouble.value = '';
    try {
      await adminApi.erase(user.id, formText(form.current, 'name').trim());
      tell('The person was erased.');
      erased();
      done();
    } catch (thrown) {
      trouble.value = asProblem(thrown).message;
    }
  };
  if (problem.value) return <Trouble problem={problem.value} retry={() => void reload()} />;
  if (!value.value) return <Loading what="Looking what that would be" />;
  return (
    <form ref={form} class="stack" onSubmit={(event) => void submit(event)}>
      <DryRun erasure={value.value} />
      <Field label={`Type ${user.name} to erase them`} hint="There is no way back.">
        <input name="name" required autocomplete="off" autocapitalize="none" spellcheck={false} />
      </Field>
      <div role="alert">{trouble.value && <p class="notice bad">{trouble.value}</p>}</div>
      <div class="actions">
        <button type="button" class="button" onClick={done}>
          Cancel
        </button>
        <button type="submit" class="button danger">
          Erase
        </button>
      </div>
    </form>
  );
}

function DryRun({ erasure: { sealed, plain, commits } }: { erasure: Erasure }): JSX.Element {
  return (
    <>
      <p>
        Nothing is done yet. This is what is known of them in {commits.toLocaleString()} entries of
        the log.
      </p>
      <Counts name="Nobody can read afterwards" counts={sealed} />
      <Counts name="Stays as it is, being older than the keys" counts={plain} />
    </>
  );
}

function Counts(props: { name: string; counts: Readonly<Record<string, number>> }): JSX.Element {
  const counted = Object.entries(props.counts).filter(([, count]) => count > 0);
  return (
    <div>
      <h3 class="small-head">{props.name}</h3>
      {counted.length === 0 ? (
        <p class="muted">Nothing.</p>
      ) : (
        <dl class="counts">
          {counted.map(([field, count]) => (
            <div key={field}>
              <dt>{sayField(field)}</dt>
              <dd class="tabular">{count.toLocaleString()}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
