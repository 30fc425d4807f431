import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { Session, ViewerMode } from '../api-types.js';
import { api } from '../api.js';
import { CopyField } from '../parts/copy-field.js';
import { Field, formText } from '../parts/field.js';
import { asProblem } from '../problem.js';
import { tell } from '../toasts.js';

const TIMES: readonly (readonly [minutes: number, label: string])[] = [
  [15, '15 minutes'],
  [60, '1 hour'],
  [240, '4 hours'],
  [1440, 'Until the session ends'],
];
/** Lets others watch or control a desktop: somebody by name, or whoever has a link. */
export function ShareForm({
  session,
  onShared,
}: {
  session: Session;
  onShared: () => void;
}): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  const link = useSignal('');
  const problem = useSignal('');
  const busy = useSignal(false);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!form.current) return;
    busy.value = true;
    problem.value = '';
    const person = formText(form.current, 'person').trim();
    try {
      const answer = await api.share(session.id, {
        mode: formText(form.current, 'mode') as ViewerMode,
        expires_in_minutes: Number(formText(form.current, 'minutes')),
        ...(person && { user_name: person }),
      });
      link.value = answer.link ? `${location.origin}${answer.link}` : '';
      if (person) tell(`Shared with ${person}. It is under “Shared with me” there.`);
      onShared();
    } catch (thrown) {
      problem.value = asProblem(thrown).message;
    } finally {
      busy.value = false;
    }
  };
  return (
    <form ref={form} class="share-form" onSubmit={(event) => void submit(event)}>
      <Choices />
      <div role="alert">{problem.value && <p class="notice bad">{problem.value}</p>}</div>
      <button type="submit" class="button primary" disabled={busy.value}>
        Share
      </button>
      {link.value && (
        <CopyField
          label="Link"
          hint="Shown this once. Whoever has it and signs in here can come in."
          text={link.value}
        />
      )}
    </form>
  );
}

function Choices(): JSX.Element {
  return (
    <>
      <h2>Let somebody in</h2>
      <div class="share-choices">
        <Field label="They may">
          <select name="mode">
            <option value="view">Watch</option>
            <option value="control">Control</option>
          </select>
        </Field>
        <Field label="For">
          <select name="minutes">
            {TIMES.map(([minutes, label]) => (
              <option key={minutes} value={minutes} selected={minutes === 60}>
                {label}
              </option>
            ))}
          </select>
        </Field>
      </div>
      <Field label="Name" hint="Leave it empty for a link that you send yourself.">
        <input name="person" autocomplete="off" autocapitalize="none" spellcheck={false} />
      </Field>
    </>
  );
}
